//! The JSON schema of the settings, which Falco shows and checks before the plugin sees anything.

use serde_json::{Map, Value, json};

use super::key::{Key, Kind};
use super::table::KEYS;

/// The schema, as a JSON value (JSON Schema draft 2020-12).
///
/// It describes more than it forbids. Falco validates first, and its message for an unknown key or a retyped string says
/// less than ours; so it admits whatever Falco may really pass (`null` for `{}`, numbers where a string was quoted,
/// unknown keys) and leaves the refusing to [`Settings::from_init_config`](super::Settings::from_init_config).
pub fn json_schema() -> Value {
    let properties: Map<String, Value> = KEYS.iter().map(|key| (key.name.to_owned(), property(key))).collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Settings of the gitlab plugin",
        "type": ["object", "null", "string"],
        "properties": properties,
    })
}

fn property(key: &Key) -> Value {
    let types: &[&str] = match key.kind {
        Kind::Switch => &["boolean", "string", "null"],
        Kind::Path | Kind::Url | Kind::Secret | Kind::Condition => &["string", "number", "boolean", "null"],
        Kind::Secrets | Kind::Paths => &["object", "null"],
        Kind::Trackers => &["array", "null"],
        Kind::Networks => &["array", "string", "null"],
        Kind::Size(_) | Kind::Count(_) => &["integer", "string", "null"],
        Kind::Duration(_) => &["string", "integer", "null"],
    };
    let mut property = json!({
        "title": key.name,
        "description": format!("{} Default: {}.", key.description, key.default),
        "type": types,
    });
    if let Kind::Size(range) | Kind::Count(range) = key.kind {
        property["minimum"] = json!(range.least);
        property["maximum"] = json!(range.most);
        property["default"] = json!(range.default);
    }
    property
}
