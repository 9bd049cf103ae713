//! Where the characters of a YAML scalar are in the file: quotes, indentation and folded lines come between.

use std::ops::Range;

/// The bytes of the file that a range of a scalar's value came from.
///
/// `source` is the scalar as it stands in the file, `value` what YAML makes of it. None where the two cannot be brought
/// together, as with most escapes in double quotes.
pub(crate) fn in_source(source: &str, value: &str, range: &Range<usize>) -> Option<Range<usize>> {
    let mut positions = Walk::new(source);
    let mut start = None;
    let mut last = None;
    for (at, character) in value.char_indices() {
        if at >= range.end && last.is_some() {
            break;
        }
        let found = positions.find(character)?;
        if at >= range.start {
            start.get_or_insert(found.start);
            last = Some(found.end);
        }
    }
    // A range at the very end, "something is missing here", is an empty one behind the last character.
    let end = last.or(Some(positions.at).filter(|_| range.start >= value.len()))?;
    Some(start.unwrap_or(end)..end)
}

/// Goes through the source alongside the value.
struct Walk<'a> {
    source: &'a str,
    at: usize,
    style: Style,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    Plain,
    SingleQuoted,
    DoubleQuoted,
    /// `>`
    Folded,
    /// `|`: a line end is a line end.
    Literal,
}

impl<'a> Walk<'a> {
    fn new(source: &'a str) -> Self {
        let (style, at) = match source.as_bytes().first() {
            Some(b'\'') => (Style::SingleQuoted, 1),
            Some(b'"') => (Style::DoubleQuoted, 1),
            Some(b'>') => (Style::Folded, header_end(source)),
            Some(b'|') => (Style::Literal, header_end(source)),
            _ => (Style::Plain, 0),
        };
        Self { source, at, style }
    }

    /// The bytes of the next character of the value.
    fn find(&mut self, character: char) -> Option<Range<usize>> {
        let rest = &self.source[self.at..];
        if matches!(character, ' ' | '\n') && rest.starts_with(['\n', '\r', ' ', '\t']) {
            return self.blank(character);
        }
        let length = match (self.style, rest.as_bytes()) {
            (Style::SingleQuoted, [b'\'', b'\'', ..]) if character == '\'' => 2,
            (Style::DoubleQuoted, [b'\\', escaped, ..]) if is_escape(*escaped, character) => 2,
            (Style::DoubleQuoted, [b'\\', ..]) => return None,
            _ if rest.starts_with(character) => character.len_utf8(),
            _ => return None,
        };
        self.at += length;
        Some(self.at - length..self.at)
    }

    /// A blank of the value is a blank of the source, or a line end with the indentation behind it.
    fn blank(&mut self, character: char) -> Option<Range<usize>> {
        let rest = &self.source[self.at..];
        let run = rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n']).len();
        let start = self.at;
        if !rest[..run].contains('\n') {
            self.at += rest.starts_with(character).then_some(1)?;
            return Some(start..self.at);
        }
        // Of several line ends that are folded, the first is dropped.
        let is_first = !self.source[..self.at].ends_with('\n');
        let dropped = usize::from(self.style != Style::Literal && is_first && rest[..run].matches('\n').count() > 1);
        let (line_end, _) = rest.match_indices('\n').nth(dropped)?;
        let is_last = !rest[line_end + 1..run].contains('\n');
        self.at += if is_last { run } else { line_end + 1 };
        Some(start..start + 1)
    }
}

fn header_end(source: &str) -> usize {
    let line_end = source.find('\n').map_or(source.len(), |at| at + 1);
    let rest = &source[line_end..];
    line_end + rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n']).len()
}

fn is_escape(escaped: u8, character: char) -> bool {
    match escaped {
        b'"' | b'\\' | b'/' => character == char::from(escaped),
        b'n' => character == '\n',
        b't' => character == '\t',
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found<'a>(source: &'a str, value: &str, wanted: &str) -> &'a str {
        let start = value.find(wanted).unwrap();
        &source[in_source(source, value, &(start..start + wanted.len())).unwrap()]
    }

    #[test]
    fn plain_and_quoted_scalars() {
        assert_eq!(found("a = é and b", "a = é and b", "é and"), "é and");
        assert_eq!(found("'it''s b'", "it's b", "b"), "b");
        assert_eq!(found("'it''s b'", "it's b", "'s"), "''s");
        assert_eq!(found(r#""say \"x\" b""#, r#"say "x" b"#, "b"), "b");
    }

    #[test]
    fn folded_lines() {
        assert_eq!(found("a = 1\n    and b", "a = 1 and b", "and b"), "and b");
        assert_eq!(found(">\n    a = 1\n    and b\n", "a = 1 and b\n", "and b"), "and b");
        assert_eq!(found(">-\n    a\n\n    b", "a\nb", "b"), "b");
    }

    #[test]
    fn literal_lines() {
        assert_eq!(found("|\n    a = 1\n    and b\n", "a = 1\nand b\n", "b"), "b");
        assert_eq!(found("| # comment\n  a\n  b", "a\nb", "b"), "b");
    }

    #[test]
    fn the_end_is_an_empty_range() {
        assert_eq!(in_source("a in", "a in", &(4..4)), Some(4..4));
    }

    #[test]
    fn what_cannot_be_found_is_not_guessed() {
        assert_eq!(in_source(r#""a\u0041 b""#, "aA b", &(3..4)), None);
    }
}
