//! Lists put into a condition by name, on its text, as Falco does it before it parses.
//!
//! Because it works on the text, a list's name is replaced wherever it stands between blanks, parentheses, commas and
//! equal signs, within quoted strings too; a name that is no list simply stays.

use std::borrow::Cow;

use crate::condition::ast::Span;
use crate::condition::parser::MAX_CONDITION_BYTES;

/// A condition's text with lists put in, which remembers where each part came from.
#[derive(Clone, Debug)]
pub struct ListText {
    original: String,
    text: String,
    /// For each byte of `text`, where it came from in `original`; for a list's items, where its name stood.
    origins: Vec<u32>,
}

impl ListText {
    /// The text as it stands in the rule.
    pub fn new(original: impl Into<String>) -> Self {
        let original = original.into();
        let text = original.clone();
        let origins = (0..).take(text.len()).collect();
        Self { original, text, origins }
    }

    /// The text with the lists in it so far: what [`parse`](crate::parse) is to read.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Puts the items of a list wherever its name stands; says whether it stood anywhere.
    ///
    /// An item with a space in it is put into double quotes, unless it begins with a quote. Once the text has grown
    /// beyond [`MAX_CONDITION_BYTES`] it is left as it is, and parsing it says so.
    pub fn put_in(&mut self, name: &str, items: &[String]) -> bool {
        if name.is_empty() || self.text.len() > MAX_CONDITION_BYTES || !self.text.contains(name) {
            return false;
        }
        let replacement = joined(items);
        let mut result = Rewriting::default();
        let mut rest = 0;
        let mut search = 0;
        let mut used = false;
        while let Some(found) = self.text.get(search..).and_then(|text| text.find(name)) {
            let start = search + found;
            let end = start + name.len();
            let before = self.text[rest..start].bytes().next_back().or_else(|| result.text.bytes().next_back());
            let after = self.text.as_bytes().get(end).copied();
            if !(before.is_none_or(is_delimiter) && after.is_none_or(is_delimiter)) {
                // Falco looks on from the next byte; a name never begins within one of its own letters.
                search = start + self.text[start..].chars().next().map_or(1, char::len_utf8);
                continue;
            }
            used = true;
            result.copy(self, rest, start);
            result.drop_blanks();
            rest = end + self.text[end..].bytes().take_while(|&byte| is_list_blank(byte)).count();
            if replacement.is_empty() && !result.drop_comma() && self.text.as_bytes().get(rest) == Some(&b',') {
                rest += 1;
            }
            let at_beginning = result.text.is_empty();
            if !at_beginning {
                result.insert(" ", self.origins[start]);
            }
            result.insert(&replacement, self.origins[start]);
            result.insert(" ", self.origins[start]);
            // At the very beginning, Falco skips one character more before it looks on.
            let skipped = self.text[rest..].chars().next().filter(|_| at_beginning).map_or(0, char::len_utf8);
            search = rest + skipped;
            if result.text.len() > MAX_CONDITION_BYTES {
                break;
            }
        }
        if used {
            result.copy(self, rest, self.text.len());
            self.text = result.text;
            self.origins = result.origins;
        }
        used
    }

    /// The place in the original text that a place in [`ListText::as_str`] came from.
    pub fn original(&self, span: Span) -> Span {
        let length = self.original.len();
        let origin = |place: usize| self.origins.get(place).map_or(length, |&origin| origin as usize);
        let start = origin(span.start);
        let end = origin(span.end);
        let piece = if start < end { &self.original[start..end] } else { &self.original[start..] };
        let word = if start < end {
            piece.trim_end().len()
        } else {
            piece.bytes().take_while(|&byte| !is_delimiter(byte)).count()
        };
        Span::new(start, start + word)
    }
}

#[derive(Default)]
struct Rewriting {
    text: String,
    origins: Vec<u32>,
}

impl Rewriting {
    fn copy(&mut self, from: &ListText, start: usize, end: usize) {
        self.text.push_str(&from.text[start..end]);
        self.origins.extend_from_slice(&from.origins[start..end]);
    }

    fn insert(&mut self, text: &str, origin: u32) {
        self.text.push_str(text);
        self.origins.resize(self.text.len(), origin);
    }

    fn drop_blanks(&mut self) {
        let length = self.text.trim_end_matches([' ', '\t', '\n', '\r']).len();
        self.text.truncate(length);
        self.origins.truncate(length);
    }

    fn drop_comma(&mut self) -> bool {
        let dropped = self.text.ends_with(',');
        if dropped {
            self.text.pop();
            self.origins.pop();
        }
        dropped
    }
}

fn is_list_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

fn is_delimiter(byte: u8) -> bool {
    is_list_blank(byte) || matches!(byte, b'(' | b')' | b',' | b'=')
}

/// The words of a text between which names of lists stand.
pub(crate) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| u8::try_from(c).is_ok_and(is_delimiter)).filter(|word| !word.is_empty())
}

fn joined(items: &[String]) -> String {
    let mut joined = String::new();
    for item in items {
        if !joined.is_empty() {
            joined.push_str(", ");
        }
        joined.push_str(&quoted(item));
    }
    joined
}

/// An item of a list or a value of an exception as it stands in a condition: in quotes if it has a space, unless it begins
/// with a quote. A quote inside is not escaped, as in Falco: such an item must be written with its own quotes.
pub(crate) fn quoted(item: &str) -> Cow<'_, str> {
    if item.contains(' ') && !item.starts_with(['"', '\'']) {
        Cow::Owned(format!("\"{item}\""))
    } else {
        Cow::Borrowed(item)
    }
}

#[cfg(test)]
mod tests {
    use super::ListText;
    use crate::condition::ast::Span;

    fn with(text: &str, name: &str, items: &[&str]) -> String {
        let mut text = ListText::new(text);
        text.put_in(name, &items.iter().map(|item| (*item).to_owned()).collect::<Vec<_>>());
        text.as_str().to_owned()
    }

    #[test]
    fn items_stand_where_the_name_stood() {
        assert_eq!(with("a.b in (l, x)", "l", &["p", "q r"]), "a.b in ( p, \"q r\" , x)");
        assert_eq!(with("a.b in (list, x)", "l", &["p"]), "a.b in (list, x)");
    }

    #[test]
    fn an_empty_list_takes_one_comma_with_it() {
        assert_eq!(with("a.b in (x, l)", "l", &[]), "a.b in (x  )");
        assert_eq!(with("a.b in (l, x)", "l", &[]), "a.b in (   x)");
    }

    #[test]
    fn a_place_behind_a_list_is_found_in_the_original_text() {
        let original = "a.b in (l) and oops here";
        let mut text = ListText::new(original);
        assert!(text.put_in("l", &["p".to_owned(), "q".to_owned()]));
        let place = text.as_str().find("here").expect("kept");
        assert_eq!(&original[text.original(Span::new(place, place + 4)).range()], "here");
        let item = text.as_str().find('q').expect("put in");
        assert_eq!(&original[text.original(Span::new(item, item + 1)).range()], "l");
    }

    #[test]
    fn lists_that_double_each_other_do_not_explode() {
        let mut text = ListText::new("a.b in (l0)");
        for level in 0..60 {
            let next = format!("l{}", level + 1);
            text.put_in(&format!("l{level}"), &[next.clone(), next]);
        }
        assert!(text.as_str().len() < 3 * super::MAX_CONDITION_BYTES);
    }
}
