//! Finds the end of a JSON object or array, as far as brackets and strings tell it, while the text is still coming in.

/// The depth `audit-event` accepts; it also bounds how often broken text is looked at anew, see [`pieces`](super::pieces).
const MAX_DEPTH: usize = 128;

/// What is known after looking at a beginning of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The value goes on behind what is there.
    Unfinished,
    /// The value has this many bytes.
    Complete(usize),
    /// Whatever follows, this is not JSON.
    Broken,
    /// Too many brackets are open.
    TooDeep,
}

/// The state between two looks.
#[derive(Debug, Default)]
pub(super) struct Nesting {
    /// How many bytes were looked at.
    seen: usize,
    /// The brackets that are open.
    open: Vec<u8>,
    in_string: bool,
    /// The last bracket, quote, colon, comma, or other character that is not white space.
    last: u8,
}

impl Nesting {
    /// Looks at `text`, which begins with the value's opening bracket and holds at least what it held the last time.
    ///
    /// It is not a full check. It does notice where a cut-off value runs into the next one: there is a line break
    /// within a string, or a value begins where none can be.
    pub(super) fn look_at(&mut self, text: &[u8]) -> Outcome {
        while self.seen < text.len() {
            let outcome = if self.in_string { self.string(text) } else { self.token(text[self.seen]) };
            match outcome {
                None => {}
                Some(outcome) => return outcome,
            }
        }
        Outcome::Unfinished
    }

    /// Goes on to the end of the string, or of the text.
    fn string(&mut self, text: &[u8]) -> Option<Outcome> {
        let rest = &text[self.seen..];
        let Some(found) = memchr::memchr3(b'"', b'\\', b'\n', rest) else {
            self.seen = text.len();
            return None;
        };
        match (rest[found], rest.get(found + 1)) {
            (b'"', _) => {
                self.in_string = false;
                self.seen += found + 1;
                None
            }
            (b'\\', None) => {
                // What it escapes is not there yet.
                self.seen += found;
                Some(Outcome::Unfinished)
            }
            (b'\\', Some(escaped)) if *escaped != b'\n' => {
                self.seen += found + 2;
                None
            }
            _ => Some(Outcome::Broken),
        }
    }

    fn token(&mut self, byte: u8) -> Option<Outcome> {
        self.seen += 1;
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => return None,
            b'{' | b'[' | b'"' if !self.can_begin_value(byte) => return Some(Outcome::Broken),
            b'{' | b'[' if self.open.len() == MAX_DEPTH => return Some(Outcome::TooDeep),
            b'{' | b'[' => self.open.push(byte),
            b'"' => self.in_string = true,
            b'}' | b']' => {
                // In ASCII, each closing bracket is two behind its opening one.
                if self.open.pop() != Some(byte - 2) {
                    return Some(Outcome::Broken);
                }
                if self.open.is_empty() {
                    return Some(Outcome::Complete(self.seen));
                }
            }
            _ => {}
        }
        self.last = byte;
        None
    }

    fn can_begin_value(&self, byte: u8) -> bool {
        match self.open.last() {
            None => true,
            Some(b'[') => matches!(self.last, b'[' | b','),
            Some(_) => self.last == b':' || byte == b'"' && matches!(self.last, b'{' | b','),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(text: &str) -> Outcome {
        Nesting::default().look_at(text.as_bytes())
    }

    #[test]
    fn the_end_is_the_bracket_that_closes_the_first() {
        for text in [r"{}", r#"{"a":"}]{["}"#, r#"{"a":"\"}"}"#, r#"{"a":"\\"}"#, "{\"a\" :\n [ {} , [1, \"x\"] ] }"] {
            assert_eq!(outcome(&format!("{text}{{}}")), Outcome::Complete(text.len()), "{text}");
        }
    }

    #[test]
    fn the_end_is_found_however_the_text_comes_in() {
        let text = r#"{"a":"\"}\\","b":[{"c":null},{}]}"#;
        let mut nesting = Nesting::default();
        for length in 1..text.len() {
            assert_eq!(nesting.look_at(&text.as_bytes()[..length]), Outcome::Unfinished, "{length}");
        }
        assert_eq!(nesting.look_at(text.as_bytes()), Outcome::Complete(text.len()));
    }

    #[test]
    fn a_value_cut_off_anywhere_is_broken_where_whole_ones_follow() {
        let cut = r#"{"a":"b\\","c":[1,"d",{"e":null}],"f":{"g":true},"h":-1}"#;
        for length in 1..cut.len() {
            let text = format!("{}\n{{\"x\":1}}\n{{\"y\":2}}\n{{", &cut[..length]);
            assert_eq!(outcome(&text), Outcome::Broken, "{text}");
        }
    }

    #[test]
    fn brackets_must_fit() {
        for text in ["{]", "[}", r#"{"a":[}"#, r#"{"a":{]"#] {
            assert_eq!(outcome(text), Outcome::Broken, "{text}");
        }
    }

    #[test]
    fn depth_is_bounded() {
        let deep = |levels: usize| "[".repeat(levels);
        assert_eq!(outcome(&deep(128)), Outcome::Unfinished);
        assert_eq!(outcome(&deep(129)), Outcome::TooDeep);
    }
}
