//! Event types as JSON.

use audit_event::{EventScope, EventType, Scenario};
use falco_rules::Rule;
use serde_json::{Value, json};

use super::Rules;

pub(super) fn one(event_type: &EventType, rules: &Rules) -> String {
    format!("{:#}\n", object(event_type, rules))
}

pub(super) fn several(event_types: &[&EventType], rules: &Rules) -> String {
    let objects = event_types.iter().map(|event_type| object(event_type, rules));
    format!("{:#}\n", Value::Array(objects.collect()))
}

fn object(event_type: &EventType, rules: &Rules) -> Value {
    let EventType { name, category, scopes, is_saved, introduced, is_retired, scenarios, description } = event_type;
    json!({
        "name": name,
        "category": category,
        "scopes": scopes.iter().copied().map(EventScope::as_str).collect::<Vec<_>>(),
        "saved": is_saved,
        "introduced": introduced.map(|version| version.to_string()),
        "retired": is_retired,
        "scenarios": scenarios.iter().copied().map(Scenario::as_str).collect::<Vec<_>>(),
        "description": description,
        "rules": rules.looking_at(event_type).map(Rule::name).collect::<Vec<_>>(),
    })
}
