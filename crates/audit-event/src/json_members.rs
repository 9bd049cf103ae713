//! The members of a JSON object, found by `serde_json` without building values.
use std::fmt;

use serde::de::{Deserializer, Error, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::json_string;
use crate::json_value::JsonValue;

/// Calls `member` with the verbatim text of each key (quotes included) and value of the object `json`, in their order, as long as
/// it answers that it wants more. An error says that `json` is not one object, or that `member` wanted no more.
pub(crate) fn for_each_member<'a>(
    json: &'a str,
    member: impl FnMut(&'a str, &'a str) -> bool,
) -> Result<(), serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_str(json);
    deserializer.deserialize_map(Members(member))?;
    deserializer.end()
}

struct Members<F>(F);

impl<'a, F: FnMut(&'a str, &'a str) -> bool> Visitor<'a> for Members<F> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'a>>(mut self, mut map: A) -> Result<(), A::Error> {
        // `RawValue` keys: a `str` key would refuse a surrogate without its partner and with it the whole event.
        while let Some((key, value)) = map.next_entry::<&RawValue, &RawValue>()? {
            if !(self.0)(key.get(), value.get()) {
                return Err(A::Error::custom("too many members"));
            }
        }
        Ok(())
    }
}

/// Whether the quoted, possibly escaped `key` of an object spells `name`.
pub(crate) fn key_is(key: &str, name: &str) -> bool {
    // Most keys hold no escape and have another length; a key with escapes is longer than what it spells.
    if key.len() == name.len() + 2 {
        key.as_bytes()[1..=name.len()] == *name.as_bytes()
    } else {
        key.len() > name.len() + 2 && key.contains('\\') && json_string::decode(key) == name
    }
}

/// The member of `value` that `path` names; dots go deeper into objects, but a key that itself holds the dots comes first.
pub(crate) fn find<'a>(value: JsonValue<'a>, path: &str) -> Option<JsonValue<'a>> {
    if !value.is_object() {
        return None;
    }
    let (head, deeper) = path.split_once('.').unzip();
    let (mut whole, mut at_head) = (None, None);
    for_each_member(value.json(), |key, member| {
        if key_is(key, path) {
            whole = Some(member);
        } else if head.is_some_and(|head| key_is(key, head)) {
            at_head = Some(member);
        }
        true
    })
    .ok()?;
    match whole.and_then(JsonValue::new) {
        Some(whole) => Some(whole),
        None => find(JsonValue::new(at_head?)?, deeper?),
    }
}
