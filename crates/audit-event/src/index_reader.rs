//! Reading an event's text into an index, in one pass: `serde_json` finds the members, and those whose own members are indexed too
//! are walked into on the way.
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::event_index::{EventIndex, Member, ParseError, Part, Span};
use crate::json_depth::is_too_deep;

/// Whose a member `_falco` is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Addition {
    IsOurs,
    IsTheSenders,
}

/// Fills `index`, which must be empty.
pub(crate) fn read(index: &mut EventIndex, json: &str, addition: Addition) -> Result<(), ParseError> {
    if u32::try_from(json.len()).is_err() {
        return Err(ParseError::TooLong);
    }
    let start = json.len() - json.trim_ascii_start().len();
    let mut refused = None;
    let object = Object { json, start, part: Part::Event, addition, index, refused: &mut refused };
    let mut deserializer = serde_json::Deserializer::from_str(json);
    if object.deserialize(&mut deserializer).and_then(|_| deserializer.end()).is_err() {
        return Err(refused.unwrap_or(ParseError::NotAnObject));
    }
    if is_too_deep(json) { Err(ParseError::TooDeep) } else { Ok(()) }
}

/// An object to read; gives the offset behind it.
struct Object<'i, 'a> {
    json: &'a str,
    /// Where its brace is.
    start: usize,
    part: Part,
    addition: Addition,
    index: &'i mut EventIndex,
    /// Why the index refuses the event: `serde_json` has no place for it in its errors.
    refused: &'i mut Option<ParseError>,
}

impl<'a> DeserializeSeed<'a> for Object<'_, 'a> {
    type Value = usize;

    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<usize, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'a> Visitor<'a> for Object<'_, 'a> {
    type Value = usize;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'a>>(mut self, mut map: A) -> Result<usize, A::Error> {
        let mut end = self.start + 1;
        // `RawValue` keys: a `str` key would refuse a surrogate without its partner, and with it the whole event.
        while let Some(key) = map.next_key::<&RawValue>()? {
            let key = key.get();
            let key_start = offset(self.json, key);
            let value_start = self.value_start(key_start + key.len());
            end = match self.part_of_member(key) {
                Some(part) => {
                    self.index.clear(part);
                    match self.json.as_bytes().get(value_start) {
                        Some(b'{') => map.next_value_seed(self.inner(part, value_start))?,
                        _ => value_start + map.next_value::<&RawValue>()?.get().len(),
                    }
                }
                None => value_start + map.next_value::<&RawValue>()?.get().len(),
            };
            let member = Member {
                key: span(key_start, key_start + key.len()),
                key_has_escapes: key.contains('\\'),
                value: span(value_start, end),
            };
            if let Err(error) = self.index.push(self.part, member) {
                *self.refused = Some(error);
                return Err(A::Error::custom(error));
            }
        }
        Ok(self.skip_space(end) + 1)
    }
}

impl<'a> Object<'_, 'a> {
    fn part_of_member(&self, key: &str) -> Option<Part> {
        let part = self.part.of_member(key)?;
        (part != Part::Addition || self.addition == Addition::IsOurs).then_some(part)
    }

    fn inner(&mut self, part: Part, start: usize) -> Object<'_, 'a> {
        Object { json: self.json, start, part, addition: self.addition, index: self.index, refused: self.refused }
    }

    /// Where the value begins whose key ends at `key_end`.
    fn value_start(&self, key_end: usize) -> usize {
        self.skip_space(self.skip_space(key_end) + 1)
    }

    fn skip_space(&self, from: usize) -> usize {
        let rest = self.json.as_bytes().get(from..).unwrap_or_default();
        from + rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count()
    }
}

fn offset(json: &str, piece: &str) -> usize {
    piece.as_ptr().addr() - json.as_ptr().addr()
}

fn span(start: usize, end: usize) -> Span {
    // Offsets into a text whose length fits, see `read`; what does not fit would be an empty stretch.
    Span { start: u32::try_from(start).unwrap_or(u32::MAX), end: u32::try_from(end).unwrap_or(u32::MAX) }
}
