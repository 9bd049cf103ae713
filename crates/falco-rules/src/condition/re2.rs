//! Regular expressions as Falco takes them: RE2 in its POSIX mode, read here and handed to the `regex` crate.
//!
//! That mode knows no `\d`, `\w`, `\b`, no `(?…)` and no lazy repetition; `^` and `$` also match at line ends, `.` does not
//! match a line end, and a match must cover the whole text.

use std::fmt::Write as _;

use regex::bytes::{Regex, RegexBuilder};

/// The most times a repetition may count, as in RE2, also when repetitions are nested.
const MAX_REPETITION: u32 = 1_000;

/// How deep groups and repetitions may be nested.
const MAX_NESTING: u32 = 200;

/// The memory a compiled expression may take.
const SIZE_LIMIT: usize = 8 << 20;

/// Reads an expression.
///
/// # Errors
/// What is wrong with it, in RE2's words where it has them.
pub(crate) fn compile(pattern: &str) -> Result<Regex, String> {
    let mut translation = Translation { rest: pattern, nesting: 0 };
    let (body, _) = translation.alternatives()?;
    if !translation.rest.is_empty() {
        return Err(format!("unexpected ): {pattern}"));
    }
    RegexBuilder::new(&format!(r"\A(?:{body})\z"))
        .size_limit(SIZE_LIMIT)
        .build()
        .map_err(|_| "pattern too large - compile failed".to_owned())
}

struct Translation<'p> {
    rest: &'p str,
    nesting: u32,
}

impl Translation<'_> {
    /// Alternatives up to a closing parenthesis or the end, and how often the repetitions in them count at most.
    fn alternatives(&mut self) -> Result<(String, u32), String> {
        let mut translated = String::new();
        let mut most = 1;
        // What stands before and can be repeated: where it begins, and how often the repetitions in it count.
        let mut last: Option<(usize, u32)> = None;
        // The plain repetition operator that was just read, if any.
        let mut stacked: Option<char> = None;
        while let Some(c) = self.rest.chars().next() {
            if !matches!(c, '*' | '+' | '?') {
                stacked = None;
            }
            match c {
                ')' => break,
                '|' => {
                    self.skip(1);
                    translated.push('|');
                    last = None;
                    continue;
                }
                '*' | '+' | '?' => {
                    self.skip(1);
                    let Some((start, _)) = last else {
                        return Err(format!("no argument for repetition operator: {c}"));
                    };
                    // `a**` is `a*`, and any two different ones in a row are `*`.
                    stacked = if let Some(before) = stacked {
                        translated.pop();
                        let both = if before == c { c } else { '*' };
                        translated.push(both);
                        Some(both)
                    } else {
                        repeat(&mut translated, start, &c.to_string())?;
                        Some(c)
                    };
                    continue;
                }
                '{' => {
                    if let Some((low, high, length)) = counts(self.rest) {
                        let operator = self.rest[..length].to_owned();
                        self.skip(length);
                        let Some((start, inner)) = last else {
                            return Err(format!("no argument for repetition operator: {operator}"));
                        };
                        let largest = high.unwrap_or(low).max(low);
                        let product = inner.saturating_mul(largest.max(1));
                        if high.is_some_and(|high| high < low) || largest > MAX_REPETITION || product > MAX_REPETITION {
                            return Err(format!("bad repetition operator: {operator}"));
                        }
                        repeat(&mut translated, start, &operator)?;
                        most = most.max(product);
                        last = Some((start, product));
                        continue;
                    }
                }
                _ => {}
            }
            let start = translated.len();
            let inner = self.single(c, &mut translated)?;
            most = most.max(inner);
            last = Some((start, inner));
        }
        Ok((translated, most))
    }

    /// One thing that can be repeated; says how often the repetitions in it count at most.
    fn single(&mut self, c: char, translated: &mut String) -> Result<u32, String> {
        match c {
            '(' => {
                self.skip(1);
                self.nesting += 1;
                if self.nesting > MAX_NESTING {
                    return Err("nested too deep".to_owned());
                }
                let (body, most) = self.alternatives()?;
                self.nesting -= 1;
                if !self.rest.starts_with(')') {
                    return Err("missing ): (".to_owned());
                }
                self.skip(1);
                let _ = write!(translated, "(?:{body})");
                return Ok(most);
            }
            '[' => {
                self.skip(1);
                let class = self.class()?;
                translated.push_str(&class);
            }
            '.' => {
                self.skip(1);
                translated.push_str(r"[^\n]");
            }
            '^' | '$' => {
                self.skip(1);
                let _ = write!(translated, "(?m:{c})");
            }
            '\\' => {
                self.skip(1);
                let c = self.escape()?;
                push_code_point(translated, c);
            }
            c => {
                self.skip(c.len_utf8());
                push_code_point(translated, c);
            }
        }
        Ok(1)
    }

    fn skip(&mut self, length: usize) {
        self.rest = &self.rest[length..];
    }

    fn next(&mut self) -> Option<char> {
        let c = self.rest.chars().next()?;
        self.skip(c.len_utf8());
        Some(c)
    }

    /// The character an escape stands for; the backslash is behind us.
    fn escape(&mut self) -> Result<char, String> {
        let Some(c) = self.next() else { return Err(r"trailing \".to_owned()) };
        let bad = || format!(r"invalid escape sequence: \{c}");
        match c {
            '0' => self.octal(0, 2).ok_or_else(bad),
            '1'..='7' if self.rest.starts_with(|next: char| next.is_digit(8)) => {
                self.octal(c.to_digit(8).unwrap_or_default(), 2).ok_or_else(bad)
            }
            'x' => self.hexadecimal().ok_or_else(bad),
            'a' => Ok('\x07'),
            'f' => Ok('\x0c'),
            'n' => Ok('\n'),
            'r' => Ok('\r'),
            't' => Ok('\t'),
            'v' => Ok('\x0b'),
            c if c.is_ascii() && !c.is_ascii_alphanumeric() => Ok(c),
            _ => Err(bad()),
        }
    }

    fn octal(&mut self, mut code: u32, digits: u32) -> Option<char> {
        for _ in 0..digits {
            let Some(digit) = self.rest.chars().next().and_then(|c| c.to_digit(8)) else { break };
            self.skip(1);
            code = code * 8 + digit;
        }
        char::from_u32(code)
    }

    fn hexadecimal(&mut self) -> Option<char> {
        let digits = if self.rest.starts_with('{') {
            let end = self.rest.find('}')?;
            let digits = &self.rest[1..end];
            self.rest = &self.rest[end + 1..];
            digits
        } else {
            let digits = self.rest.get(..2)?;
            self.rest = &self.rest[2..];
            digits
        };
        let all_hexadecimal = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        all_hexadecimal.then(|| u32::from_str_radix(digits, 16).ok().and_then(char::from_u32))?
    }

    /// A bracket expression; the bracket is behind us.
    fn class(&mut self) -> Result<String, String> {
        let whole = self.rest;
        let mut translated = String::from("[");
        if self.rest.starts_with('^') {
            self.skip(1);
            translated.push('^');
        }
        let mut first = true;
        loop {
            if self.rest.is_empty() {
                return Err(format!("missing ]: [{whole}"));
            }
            if self.rest.starts_with(']') && !first {
                self.skip(1);
                break;
            }
            // POSIX takes a minus sign only as the first or the last of them.
            if self.rest.starts_with('-') && !first && !self.rest[1..].starts_with(']') {
                let range: String = self.rest.chars().take(2).collect();
                return Err(format!("invalid character class range: {range}"));
            }
            first = false;
            if let Some(name) =
                self.rest.strip_prefix("[:").and_then(|rest| rest.split_once(":]")).map(|(name, _)| name)
            {
                let known = name.strip_prefix('^').unwrap_or(name);
                if !POSIX_CLASSES.contains(&known) {
                    return Err(format!("invalid character class range: [:{name}:]"));
                }
                let _ = write!(translated, "[:{name}:]");
                self.skip(name.len() + 4);
                continue;
            }
            self.range(&mut translated)?;
        }
        translated.push(']');
        Ok(translated)
    }

    fn range(&mut self, translated: &mut String) -> Result<(), String> {
        let start = self.rest;
        let low = self.class_character()?;
        let mut high = low;
        if self.rest.starts_with('-') && !self.rest[1..].starts_with(']') && self.rest.len() > 1 {
            self.skip(1);
            high = self.class_character()?;
            if high < low {
                let range = &start[..start.len() - self.rest.len()];
                return Err(format!("invalid character class range: {range}"));
            }
        }
        push_code_point(translated, low);
        if high > low {
            translated.push('-');
            push_code_point(translated, high);
        }
        Ok(())
    }

    fn class_character(&mut self) -> Result<char, String> {
        match self.next() {
            Some('\\') => self.escape(),
            Some(c) => Ok(c),
            None => Err("missing ]: [".to_owned()),
        }
    }
}

const POSIX_CLASSES: [&str; 14] = [
    "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space", "upper", "word",
    "xdigit",
];

/// Repeats what stands from `start` on, in a group of its own, since counts may be stacked.
fn repeat(translated: &mut String, start: usize, operator: &str) -> Result<(), String> {
    // Each stacked repetition nests the expression once more; the regex crate refuses to go deeper than this.
    if translated[start..].len() > 1 << 16 {
        return Err("pattern too large - compile failed".to_owned());
    }
    translated.insert_str(start, "(?:");
    translated.push(')');
    translated.push_str(operator);
    Ok(())
}

fn push_code_point(translated: &mut String, c: char) {
    let _ = write!(translated, r"\x{{{:X}}}", u32::from(c));
}

/// `{n}`, `{n,}` or `{n,m}` at the beginning of a text, and how long it is. Anything else is a plain brace.
fn counts(text: &str) -> Option<(u32, Option<u32>, usize)> {
    let inner = text.strip_prefix('{')?;
    let inner = &inner[..inner.find('}')?];
    let (low, high) = match inner.split_once(',') {
        Some((low, "")) => (number(low)?, None),
        Some((low, high)) => (number(low)?, Some(number(high)?)),
        None => (number(inner)?, Some(number(inner)?)),
    };
    Some((low, high, inner.len() + 2))
}

/// A count. One that is too large for RE2 stays too large.
fn number(text: &str) -> Option<u32> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    // A leading zero makes it no count, and the brace a plain one.
    let plain = digits && (text.len() == 1 || !text.starts_with('0'));
    plain.then(|| text.parse().unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::compile;

    fn matches(pattern: &str, text: &str) -> bool {
        compile(pattern).unwrap_or_else(|error| panic!("{pattern}: {error}")).is_match(text.as_bytes())
    }

    #[test]
    fn a_match_covers_the_whole_text() {
        assert!(matches("al.ha", "alpha"));
        assert!(!matches("al", "alpha"));
        assert!(matches("a|ab", "ab"));
        assert!(matches("", ""));
    }

    #[test]
    fn line_ends_are_special() {
        assert!(matches("a$\n^b", "a\nb"));
        assert!(!matches("a.b", "a\nb"));
        assert!(matches("a[^x]b", "a\nb"));
    }

    #[test]
    fn braces_and_stacked_repetitions_read_as_in_re2() {
        assert!(matches("a{1,3}b?", "aa"));
        assert!(matches("a{,2}", "a{,2}"));
        assert!(matches("a**", "aaa"));
        assert!(matches("a*?b", "aab"));
        assert!(matches("[]a-]+", "]-a"));
        assert!(matches(r"\x41\.[[:digit:]]", "A.7"));
        assert!(matches(r"a\_b", "a_b"));
    }

    #[test]
    fn what_posix_mode_lacks_is_refused() {
        for pattern in [
            "(?i)a", r"\d", r"\bx", r"\pL", "(a", "a)", "[a", "*a", "a{2,1}", "a{1001}", "[b-a]", "[a-b-c]", "[[:x:]]",
            "\\",
        ] {
            assert!(compile(pattern).is_err(), "{pattern}");
        }
    }

    #[test]
    fn deep_nesting_and_huge_repetition_are_refused_quickly() {
        assert!(compile(&"(".repeat(100_000)).is_err());
        assert!(compile("((((a{1000}){1000}){1000}){1000})").is_err());
        assert!(matches(&format!("a{}", "*".repeat(100_000)), "aa"));
        assert!(compile(&format!("a{}", "{1}".repeat(100_000))).is_err());
    }
}
