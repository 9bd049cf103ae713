//! One member of a JSON object, found by `serde_json` without building values.
use std::fmt;

use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::json_string;
use crate::json_value::JsonValue;

/// Whether the quoted, possibly escaped `key` of an object spells `name`.
pub(crate) fn key_is(key: &str, name: &str) -> bool {
    // Most keys hold no escape and have another length; a key with escapes is longer than what it spells.
    if key.len() == name.len() + 2 {
        let key = &key.as_bytes()[1..=name.len()];
        // Keys of the same length often begin otherwise, and a call to compare them costs more than a look.
        key.first() == name.as_bytes().first() && key == name.as_bytes()
    } else {
        key.len() > name.len() + 2 && key.contains('\\') && json_string::decode(key) == name
    }
}

/// The member of `value` that `path` names; dots go deeper into objects, but a key that itself holds the dots comes
/// first.
pub(crate) fn find<'a>(value: JsonValue<'a>, path: &str) -> Option<JsonValue<'a>> {
    let (head, deeper) = path.split_once('.').unzip();
    let members = Members { whole: path, head, found: Found::default() };
    let found = serde_json::Deserializer::from_str(value.json()).deserialize_map(members).ok()?;
    match found.whole.and_then(JsonValue::new) {
        Some(whole) => Some(whole),
        None => find(JsonValue::new(found.head?)?, deeper?),
    }
}

/// Looks for two members of an object, the last of each name.
struct Members<'a, 'n> {
    whole: &'n str,
    head: Option<&'n str>,
    found: Found<'a>,
}

#[derive(Default)]
struct Found<'a> {
    whole: Option<&'a str>,
    head: Option<&'a str>,
}

impl<'a> Visitor<'a> for Members<'a, '_> {
    type Value = Found<'a>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'a>>(mut self, mut map: A) -> Result<Found<'a>, A::Error> {
        while let Some((key, value)) = map.next_entry::<&RawValue, &RawValue>()? {
            if key_is(key.get(), self.whole) {
                self.found.whole = Some(value.get());
            } else if self.head.is_some_and(|head| key_is(key.get(), head)) {
                self.found.head = Some(value.get());
            }
        }
        Ok(self.found)
    }
}
