//! One JSON value as it stands in the event, and its form as a field's text.
use std::borrow::Cow;

use serde_json::value::RawValue;

use crate::json_string;

/// The text of one valid JSON value, other than `null`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct JsonValue<'a>(&'a str);

impl<'a> JsonValue<'a> {
    /// `null` says that there is no value, so it is none here.
    pub(crate) fn new(json: &'a str) -> Option<Self> {
        (json != "null").then_some(Self(json))
    }

    pub(crate) fn json(self) -> &'a str {
        self.0
    }

    /// A string decoded; a number or a boolean as written (so that no id is too large); an array or an object as compact JSON.
    pub(crate) fn text(self) -> Cow<'a, str> {
        match self.0.as_bytes().first() {
            Some(b'"') => json_string::decode(self.0),
            Some(b'[' | b'{') => compact(self.0),
            _ => Cow::Borrowed(self.0),
        }
    }

    /// The texts of an array's elements, nulls left out; any other value is one text.
    pub(crate) fn texts(self) -> Vec<Cow<'a, str>> {
        match serde_json::from_str::<Vec<&'a RawValue>>(self.0) {
            Ok(elements) => {
                elements.into_iter().filter_map(|element| Self::new(element.get())).map(Self::text).collect()
            }
            Err(_) => vec![self.text()],
        }
    }

    /// The text of a string; none for every other type.
    pub(crate) fn string(self) -> Option<Cow<'a, str>> {
        self.0.starts_with('"').then(|| json_string::decode(self.0))
    }
}

/// The same JSON without white space between its tokens; strings and numbers stay as written.
fn compact(json: &str) -> Cow<'_, str> {
    let mut pieces = PiecesWithoutSpace { rest: json };
    let first = pieces.next().unwrap_or_default();
    if first.len() == json.len() {
        return Cow::Borrowed(json);
    }
    let mut text = String::with_capacity(json.len());
    text.push_str(first);
    text.extend(pieces);
    Cow::Owned(text)
}

/// The stretches of a JSON text between white space that stands outside strings.
struct PiecesWithoutSpace<'a> {
    rest: &'a str,
}

impl<'a> Iterator for PiecesWithoutSpace<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        self.rest = self.rest.trim_ascii_start();
        if self.rest.is_empty() {
            return None;
        }
        let mut in_string = false;
        let mut escaped = false;
        let end = self.rest.bytes().position(|byte| {
            let space = !in_string && byte.is_ascii_whitespace();
            in_string ^= byte == b'"' && !escaped;
            escaped = byte == b'\\' && !escaped;
            space
        });
        let (piece, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = rest;
        Some(piece)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(json: &str) -> Option<Cow<'_, str>> {
        JsonValue::new(json).map(JsonValue::text)
    }

    #[test]
    fn null_is_no_value_and_an_empty_string_is_one() {
        assert_eq!(text("null"), None);
        assert_eq!(text(r#""""#).as_deref(), Some(""));
    }

    #[test]
    fn numbers_and_booleans_are_as_written() {
        for json in ["-1", "0", "1.50", "1e400", "123456789012345678901234567890", "true", "false"] {
            assert_eq!(text(json).as_deref(), Some(json));
        }
    }

    #[test]
    fn arrays_and_objects_lose_white_space_but_not_inside_strings() {
        let json = "{\n \"a b\" : [ 1,\t2.50 , \" \\\" x \\\\\" ],\r\n \"c\\u0020\": { } }";
        assert_eq!(text(json).as_deref(), Some(r#"{"a b":[1,2.50," \" x \\"],"c\u0020":{}}"#));
    }

    #[test]
    fn compact_json_is_borrowed() {
        assert!(matches!(text(r#"["Developers + Maintainers"]"#), Some(Cow::Borrowed(_))));
    }
}
