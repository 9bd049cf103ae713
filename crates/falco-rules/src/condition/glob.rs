//! `glob` and `iglob`: shell patterns as `fnmatch` of the GNU C library reads them in the C locale, which Falco uses.
//!
//! `*` and `?` match `/` and leading dots too; `?` and brackets match one byte; `{a,b}` has no meaning.

use std::ops::RangeInclusive;

use crate::condition::memory::CaseRule;

/// A pattern that must match the whole text.
#[derive(Clone, Debug)]
pub(crate) struct Glob {
    /// `None` where no text can match: the pattern ends in a lone backslash, or has an unfinished range.
    pieces: Option<Box<[Piece]>>,
    case: CaseRule,
}

#[derive(Clone, Debug)]
enum Piece {
    AnyText,
    AnyByte,
    Byte(u8),
    Set(Box<[bool; 256]>),
}

impl Glob {
    pub(crate) fn new(pattern: &[u8], case: CaseRule) -> Self {
        Self { pieces: pieces(pattern, case).map(Vec::into_boxed_slice), case }
    }

    pub(crate) fn matches(&self, text: &[u8]) -> bool {
        let Some(pieces) = &self.pieces else { return false };
        let (mut piece, mut place) = (0, 0);
        // Where to go on when a byte does not fit: behind the last `*`, which then takes one byte more.
        let mut retry = None;
        while place < text.len() {
            let byte = text[place];
            let fits = match pieces.get(piece) {
                Some(Piece::AnyText) => {
                    piece += 1;
                    retry = Some((piece, place));
                    continue;
                }
                Some(Piece::AnyByte) => true,
                Some(Piece::Byte(wanted)) => *wanted == self.case.fold(byte),
                Some(Piece::Set(set)) => set[usize::from(byte)],
                None => false,
            };
            if fits {
                (piece, place) = (piece + 1, place + 1);
            } else if let Some((after_star, taken)) = retry {
                retry = Some((after_star, taken + 1));
                (piece, place) = (after_star, taken + 1);
            } else {
                return false;
            }
        }
        pieces[piece..].iter().all(|piece| matches!(piece, Piece::AnyText))
    }
}

fn pieces(pattern: &[u8], case: CaseRule) -> Option<Vec<Piece>> {
    let mut pieces = Vec::new();
    let mut rest = pattern;
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        match byte {
            b'*' => {
                if !matches!(pieces.last(), Some(Piece::AnyText)) {
                    pieces.push(Piece::AnyText);
                }
            }
            b'?' => pieces.push(Piece::AnyByte),
            b'\\' => {
                let (&escaped, tail) = rest.split_first()?;
                rest = tail;
                pieces.push(Piece::Byte(case.fold(escaped)));
            }
            b'[' => match bracket(rest, case) {
                Bracket::Set(set, tail) => {
                    pieces.push(Piece::Set(set));
                    rest = tail;
                }
                Bracket::Unclosed => pieces.push(Piece::Byte(b'[')),
                Bracket::Never => return None,
            },
            byte => pieces.push(Piece::Byte(case.fold(byte))),
        }
    }
    Some(pieces)
}

enum Bracket<'p> {
    Set(Box<[bool; 256]>, &'p [u8]),
    /// There is no closing bracket: the opening one stands for itself.
    Unclosed,
    /// It can match nothing.
    Never,
}

fn bracket(pattern: &[u8], case: CaseRule) -> Bracket<'_> {
    let mut set = Box::new([false; 256]);
    let (negated, mut rest) = match pattern.split_first() {
        Some((b'!' | b'^', tail)) => (true, tail),
        _ => (false, pattern),
    };
    let mut first = true;
    loop {
        let Some((&byte, tail)) = rest.split_first() else { return Bracket::Unclosed };
        if byte == b']' && !first {
            rest = tail;
            break;
        }
        first = false;
        if byte == b'['
            && let Some(name) = tail.strip_prefix(b":")
            && let Some((name, tail)) = class_name(name)
        {
            let Some(class) = class(name) else { return Bracket::Never };
            // A class sees the text as it is, also where the case does not matter.
            for byte in 0..=u8::MAX {
                set[usize::from(byte)] |= class(&byte);
            }
            rest = tail;
            continue;
        }
        let (low, tail) = match (byte, tail) {
            (b'\\', [escaped, tail @ ..]) => (case.fold(*escaped), tail),
            // Collating symbols and equivalence classes: in the C locale, each is one character.
            (b'[', [b'=', member, b'=', b']', tail @ ..]) => {
                set[usize::from(*member)] = true;
                rest = tail;
                continue;
            }
            (b'[', [b'.', member, b'.', b']', tail @ ..]) => (*member, tail),
            (b'\\', []) | (b'[', [b'.', ..]) => return Bracket::Never,
            (byte, tail) => (case.fold(byte), tail),
        };
        // A range; its upper end is not folded, so `[A-Z]` matches nothing under `iglob`.
        if let [b'-', high, tail @ ..] = tail
            && *high != b']'
        {
            let (high, tail) = match (*high, tail.split_first()) {
                (b'\\', Some((&escaped, tail))) => (escaped, tail),
                (b'\\', None) => return Bracket::Never,
                (high, _) => (high, tail),
            };
            insert(&mut set, case, low..=high);
            rest = tail;
        } else {
            insert(&mut set, case, low..=low);
            rest = tail;
        }
    }
    if negated {
        for member in set.iter_mut() {
            *member = !*member;
        }
    }
    Bracket::Set(set, rest)
}

/// Every byte that is one of these once its case is folded.
fn insert(set: &mut [bool; 256], case: CaseRule, members: RangeInclusive<u8>) {
    for byte in 0..=u8::MAX {
        set[usize::from(byte)] |= members.contains(&case.fold(byte));
    }
}

/// The name in `alpha:]`, and what follows it. Only what is written in lower case can be one.
fn class_name(pattern: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = pattern.iter().position(|byte| !matches!(byte, b'a'..=b'y'))?;
    let tail = pattern[end..].strip_prefix(b":]")?;
    Some((&pattern[..end], tail))
}

type ByteClass = fn(&u8) -> bool;

fn class(name: &[u8]) -> Option<ByteClass> {
    Some(match name {
        b"alpha" => u8::is_ascii_alphabetic,
        b"digit" => u8::is_ascii_digit,
        b"alnum" => u8::is_ascii_alphanumeric,
        b"upper" => u8::is_ascii_uppercase,
        b"lower" => u8::is_ascii_lowercase,
        b"space" => |byte| byte.is_ascii_whitespace() || *byte == 0x0b,
        b"blank" => |byte| matches!(byte, b' ' | b'\t'),
        b"punct" => u8::is_ascii_punctuation,
        b"print" => |byte| byte.is_ascii_graphic() || *byte == b' ',
        b"graph" => u8::is_ascii_graphic,
        b"cntrl" => u8::is_ascii_control,
        b"xdigit" => u8::is_ascii_hexdigit,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::{CaseRule, Glob};

    fn glob(pattern: &str, text: &str) -> bool {
        Glob::new(pattern.as_bytes(), CaseRule::Exact).matches(text.as_bytes())
    }

    #[test]
    fn patterns_match_as_fnmatch_does() {
        for (pattern, text) in [
            ("a*c", "abbc"),
            ("*", ""),
            ("[!a]?", "bc"),
            ("[]x]", "]"),
            ("\\*", "*"),
            ("[ab", "[ab"),
            ("[[:digit:]]", "7"),
        ] {
            assert!(glob(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in
            [("a*c", "abbcd"), ("?", ""), ("[a-c]", "d"), ("\\", "\\"), ("*.{a,b}", "x.a"), ("", "x")]
        {
            assert!(!glob(pattern, text), "{pattern} {text}");
        }
    }

    #[test]
    fn brackets_are_those_of_the_c_library() {
        for (pattern, text) in [("[[=a=]b]", "a"), ("[[.-.]x]", "-"), ("[[:alpha]", "h"), ("[[:Alpha:]]", "A]")] {
            assert!(glob(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [("[[:other:]]", "o]"), ("[[.-.]", "["), ("[^[=a=]", "b")] {
            assert!(!glob(pattern, text), "{pattern} {text}");
        }
        assert!(Glob::new(b"[[:upper:]]", CaseRule::IgnoreAscii).matches(b"A"), "a class sees the case");
        assert!(Glob::new(b"[b]", CaseRule::IgnoreAscii).matches(b"B"));
    }

    #[test]
    fn many_stars_do_not_explode() {
        assert!(!glob(&format!("{}b", "a*".repeat(1_000)), &"a".repeat(10_000)));
    }
}
