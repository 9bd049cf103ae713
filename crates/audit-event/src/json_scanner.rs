//! Steps over JSON text value by value: checks every byte of it and builds nothing.
//!
//! Each event is stepped over two or three times on its way, so this is the most frequent work there is. It accepts what
//! `serde_json` accepts as a `RawValue`, which the tests hold it to.

/// The text stops being JSON at this offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NotJson(pub(crate) usize);

/// A position in a JSON text.
#[derive(Clone, Debug)]
pub(crate) struct JsonScanner<'a> {
    text: &'a [u8],
    position: usize,
}

/// What was stepped over as a string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Escapes {
    None,
    Some,
}

impl<'a> JsonScanner<'a> {
    /// A scanner that stands at the beginning of `text`, and takes its end for the end of everything.
    pub(crate) fn new(text: &'a str) -> Self {
        Self::starting_at(text, 0)
    }

    /// A scanner that stands at this offset of `text`.
    pub(crate) fn starting_at(text: &'a str, position: usize) -> Self {
        Self { text: text.as_bytes(), position }
    }

    pub(crate) const fn position(&self) -> usize {
        self.position
    }

    /// The next byte, without a step.
    pub(crate) fn peek(&self) -> Option<u8> {
        self.text.get(self.position).copied()
    }

    /// The next byte that is no white space, without a step over it.
    pub(crate) fn peek_token(&mut self) -> Option<u8> {
        loop {
            let byte = self.peek()?;
            if !matches!(byte, b' ' | b'\t' | b'\n' | b'\r') {
                return Some(byte);
            }
            self.position += 1;
        }
    }

    /// Steps over the byte that [`peek_token`](Self::peek_token) told of.
    pub(crate) fn step(&mut self) {
        self.position += 1;
    }

    /// Steps over white space and this token.
    pub(crate) fn expect(&mut self, token: u8) -> Result<(), NotJson> {
        if self.peek_token() != Some(token) {
            return Err(NotJson(self.position));
        }
        self.step();
        Ok(())
    }

    /// Steps over the value that begins here, and gives how deep arrays and objects nest in it: 0 for what is neither.
    pub(crate) fn value(&mut self) -> Result<usize, NotJson> {
        let mut open = OpenBrackets::default();
        let mut deepest = 0;
        loop {
            match self.peek_token() {
                Some(b'"') => _ = self.string()?,
                Some(opening @ (b'{' | b'[')) => {
                    self.step();
                    if self.peek_token() == Some(opening + 2) {
                        // In ASCII, each closing bracket is two behind its opening one.
                        self.step();
                        deepest = deepest.max(open.depth + 1);
                    } else {
                        open.push(opening);
                        deepest = deepest.max(open.depth);
                        if opening == b'{' {
                            self.key()?;
                        }
                        continue;
                    }
                }
                Some(_) => self.scalar()?,
                None => return Err(NotJson(self.position)),
            }
            loop {
                let Some(innermost) = open.innermost() else { return Ok(deepest) };
                match self.peek_token() {
                    Some(b',') => {
                        self.step();
                        if innermost == b'{' {
                            self.key()?;
                        }
                        break;
                    }
                    Some(closing) if closing == innermost + 2 => {
                        self.step();
                        open.pop();
                    }
                    _ => return Err(NotJson(self.position)),
                }
            }
        }
    }

    /// Steps over a key and its colon.
    fn key(&mut self) -> Result<(), NotJson> {
        if self.peek_token() != Some(b'"') {
            return Err(NotJson(self.position));
        }
        self.string()?;
        self.expect(b':')
    }

    /// Steps over the string that begins here, its quotes included.
    pub(crate) fn string(&mut self) -> Result<Escapes, NotJson> {
        if self.peek() != Some(b'"') {
            return Err(NotJson(self.position));
        }
        self.step();
        let mut escapes = Escapes::None;
        loop {
            self.position += plain_characters(&self.text[self.position..]);
            match self.peek() {
                Some(b'"') => {
                    self.step();
                    return Ok(escapes);
                }
                Some(b'\\') => {
                    self.escape()?;
                    escapes = Escapes::Some;
                }
                _ => return Err(NotJson(self.position)),
            }
        }
    }

    fn escape(&mut self) -> Result<(), NotJson> {
        self.step();
        let length = match self.peek() {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => 1,
            Some(b'u') if self.text.get(self.position + 1..self.position + 5).is_some_and(is_hexadecimal) => 5,
            _ => return Err(NotJson(self.position)),
        };
        self.position += length;
        Ok(())
    }

    /// Steps over a number, `true`, `false` or `null`.
    fn scalar(&mut self) -> Result<(), NotJson> {
        match self.peek() {
            Some(b'-' | b'0'..=b'9') => self.number()?,
            Some(b't') => self.literal(b"true")?,
            Some(b'f') => self.literal(b"false")?,
            Some(b'n') => self.literal(b"null")?,
            _ => return Err(NotJson(self.position)),
        }
        match self.peek() {
            None | Some(b' ' | b'\t' | b'\n' | b'\r' | b'"' | b'[' | b']' | b'{' | b'}' | b',' | b':') => Ok(()),
            Some(_) => Err(NotJson(self.position)),
        }
    }

    fn literal(&mut self, literal: &[u8]) -> Result<(), NotJson> {
        if !self.text[self.position..].starts_with(literal) {
            return Err(NotJson(self.position));
        }
        self.position += literal.len();
        Ok(())
    }

    fn number(&mut self) -> Result<(), NotJson> {
        self.skip_if(|byte| byte == b'-');
        if !self.skip_if(|byte| byte == b'0') {
            self.digits()?;
        }
        if self.skip_if(|byte| byte == b'.') {
            self.digits()?;
        }
        if self.skip_if(|byte| matches!(byte, b'e' | b'E')) {
            self.skip_if(|byte| matches!(byte, b'+' | b'-'));
            self.digits()?;
        }
        Ok(())
    }

    /// Steps over one digit or more.
    fn digits(&mut self) -> Result<(), NotJson> {
        let begin = self.position;
        while self.skip_if(|byte| byte.is_ascii_digit()) {}
        if self.position == begin { Err(NotJson(begin)) } else { Ok(()) }
    }

    fn skip_if(&mut self, fits: impl Fn(u8) -> bool) -> bool {
        let is_there = self.peek().is_some_and(fits);
        self.position += usize::from(is_there);
        is_there
    }
}

/// The length of the beginning of `text` that holds no quote, backslash or control character: eight bytes at a time,
/// because strings are most of an event.
fn plain_characters(text: &[u8]) -> usize {
    let mut length = 0;
    while let Some(eight) = text[length..].first_chunk() {
        let special = special_characters(u64::from_le_bytes(*eight));
        if special != 0 {
            return length + special.trailing_zeros() as usize / 8;
        }
        length += 8;
    }
    let rest = text[length..].iter();
    length + rest.take_while(|byte| !matches!(byte, b'"' | b'\\' | 0..0x20)).count()
}

/// Sets the highest bit of each byte that is a quote, a backslash or below a space. Above the lowest such byte there may be
/// more bits set than that.
const fn special_characters(eight: u64) -> u64 {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    const HIGHEST: u64 = u64::from_le_bytes([0x80; 8]);
    let quote = eight ^ (ONES * b'"' as u64);
    let backslash = eight ^ (ONES * b'\\' as u64);
    // A byte borrows from its highest bit only when it is below what is taken away.
    let is_quote = quote.wrapping_sub(ONES) & !quote;
    let is_backslash = backslash.wrapping_sub(ONES) & !backslash;
    let is_control = eight.wrapping_sub(ONES * 0x20) & !eight;
    (is_quote | is_backslash | is_control) & HIGHEST
}

fn is_hexadecimal(digits: &[u8]) -> bool {
    digits.iter().all(u8::is_ascii_hexdigit)
}

/// The brackets that are open: a bit each, the innermost the lowest.
#[derive(Debug, Default)]
struct OpenBrackets {
    depth: usize,
    innermost: u64,
    /// Full ones, the outermost first. No event of GitLab gets so far.
    others: Vec<u64>,
}

impl OpenBrackets {
    fn push(&mut self, bracket: u8) {
        if self.depth > 0 && self.depth.is_multiple_of(64) {
            self.others.push(self.innermost);
        }
        self.depth += 1;
        self.innermost = self.innermost << 1 | u64::from(bracket == b'{');
    }

    fn innermost(&self) -> Option<u8> {
        (self.depth > 0).then_some(if self.innermost & 1 == 1 { b'{' } else { b'[' })
    }

    fn pop(&mut self) {
        self.depth -= 1;
        self.innermost >>= 1;
        if self.depth.is_multiple_of(64) {
            self.innermost = self.others.pop().unwrap_or_default();
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::value::RawValue;

    use super::*;

    /// Where the first value of `text` ends, as `serde_json` says.
    fn end_by_serde_json(text: &str) -> Option<usize> {
        let mut values = serde_json::Deserializer::from_str(text).into_iter::<&RawValue>();
        values.next()?.ok()?;
        Some(values.byte_offset())
    }

    fn end(text: &str) -> Option<usize> {
        let mut scanner = JsonScanner::new(text);
        scanner.value().ok()?;
        Some(scanner.position())
    }

    #[test]
    fn what_serde_json_accepts_is_accepted_and_nothing_else() {
        let texts = [
            "1",
            "-",
            "-0",
            "01",
            "1.",
            "1.5",
            ".5",
            "1e",
            "1e5",
            "1E+5",
            "1e-",
            "-1.25e10",
            "1x",
            "1 x",
            "+1",
            "NaN",
            "true",
            "tru",
            "truex",
            "true,",
            "false",
            "null",
            "nul",
            "",
            " ",
            "\u{c}1",
            r#""""#,
            r#""a"#,
            r#""a\"#,
            r#""\x""#,
            r#""\u12""#,
            r#""\u12g4""#,
            r#""\ud800""#,
            r#""\"\\\/\b\f\n\r\t""#,
            "\"\u{1f}\"",
            "\"\t\"",
            "\"é\u{7f}\"",
            "[]",
            "[ ]",
            "[1,]",
            "[,1]",
            "[1 2]",
            "[1,2",
            "[[],[[]]]",
            "[}",
            "{}",
            "{ }",
            "{]",
            r#"{"a"}"#,
            r#"{"a":}"#,
            r#"{"a":1,}"#,
            r#"{"a":1"#,
            r#"{"a" : [ {"b":{}} , null ] }x"#,
            r#"{1:2}"#,
            r#"{"a":1 "b":2}"#,
            "{}{}",
            "[]1",
        ];
        for text in texts {
            assert_eq!(end(text), end_by_serde_json(text), "{text:?}");
        }
    }

    #[test]
    fn depth_is_counted_however_deep_it_is() {
        for depth in [0, 1, 2, 63, 64, 65, 127, 128, 129, 200, 10_000] {
            let text = format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
            assert_eq!(JsonScanner::new(&text).value(), Ok(depth));
            let text = format!("{}1{}", r#"{"a":"#.repeat(depth), "}".repeat(depth));
            assert_eq!(JsonScanner::new(&text).value(), Ok(depth));
            let text = format!("{}1{}", "[".repeat(depth), "}".repeat(depth));
            assert_eq!(JsonScanner::new(&text).value().is_ok(), depth == 0);
        }
        assert_eq!(JsonScanner::new("[[],[[{}]],1]").value(), Ok(4));
        assert_eq!(JsonScanner::new(r#"{"a":"[[[["}"#).value(), Ok(1));
    }

    #[test]
    fn each_byte_of_a_word_is_looked_at() {
        for special in ["\"", "\\", "\n", "\0", "\u{1f}"] {
            for before in 0..20 {
                let text = format!(
                    "{}{special}{}",
                    "é".repeat(before / 2) + &"x".repeat(before % 2),
                    "\u{7f}\u{80}z".repeat(9)
                );
                assert_eq!(plain_characters(text.as_bytes()), text.find(special).unwrap_or_default(), "{text:?}");
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, cases: 2000, ..ProptestConfig::default() })]

        #[test]
        fn any_text_like_json_is_judged_as_by_serde_json(
            text in r#"([\[\]{},: \n\\"]|"[a-z\\"]{0,9}"|"a":|\{"a":[0-9.eE+-]{0,4}\}|null|true|\[\]|é|\\u00[0-9a-g]{2}){0,40}"#
        ) {
            prop_assert_eq!(end(&text), end_by_serde_json(&text));
        }
    }
}
