//! Event data made safe to print: what a terminal would act on, or would hide from the reader, is shown as an escape.
//!
//! An attacker chooses user names, branch names and messages. An escape sequence in one could clear the screen, forge a
//! line or worse; a line break would forge a line of its own.

use std::fmt;

/// A text in which dangerous characters appear as `\u{1b}`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Visible<'a>(pub(crate) &'a str);

impl fmt::Display for Visible<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_visible(out, self.0, |out, character| write!(out, "{}", character.escape_default()))
    }
}

/// JSON in which dangerous characters appear as JSON's own escapes, so that it still means the same.
///
/// JSON escapes the C0 controls itself, but leaves the C1 controls raw; U+009B alone begins a sequence on some terminals.
#[derive(Debug, Clone, Copy)]
pub(crate) struct VisibleJson<'a>(pub(crate) &'a str);

impl fmt::Display for VisibleJson<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        // All dangerous characters are below U+10000, so one escape is enough.
        write_visible(out, self.0, |out, character| write!(out, "\\u{:04x}", u32::from(character)))
    }
}

fn write_visible(
    out: &mut fmt::Formatter<'_>,
    text: &str,
    escape: impl Fn(&mut fmt::Formatter<'_>, char) -> fmt::Result,
) -> fmt::Result {
    let mut rest = text;
    while let Some(at) = rest.find(is_dangerous) {
        out.write_str(&rest[..at])?;
        let character = rest[at..].chars().next().unwrap_or_default();
        escape(out, character)?;
        rest = &rest[at + character.len_utf8()..];
    }
    out.write_str(rest)
}

/// Control characters, line separators, and the invisible ones that turn the direction of writing or hide text.
fn is_dangerous(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_sequences_and_line_breaks_are_shown() {
        assert_eq!(Visible("a\x1b[2Jb\r\nc\u{9b}1mä").to_string(), "a\\u{1b}[2Jb\\r\\nc\\u{9b}1mä");
    }

    #[test]
    fn what_turns_the_direction_of_writing_is_shown() {
        assert_eq!(Visible("\u{202e}evil\u{2066}").to_string(), "\\u{202e}evil\\u{2066}");
    }

    #[test]
    fn json_keeps_its_meaning() {
        let json = serde_json::to_string(&serde_json::json!({"a": "x\u{9b}\u{202e}\x1b\"\n\u{1F600}"})).unwrap();
        let visible = VisibleJson(&json).to_string();
        assert!(!visible.contains(is_dangerous), "{visible}");
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&visible).unwrap(),
            serde_json::from_str::<serde_json::Value>(&json).unwrap()
        );
    }
}
