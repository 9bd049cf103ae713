//! One thing an operator may say, and an event that shows what it changes.

use serde_json::{Value, json};

/// An item of a list or the condition of a macro, an event, and the rule that speaks without and with it.
pub(super) struct Tuned {
    pub(super) name: &'static str,
    pub(super) says: Says,
    pub(super) event: Value,
    pub(super) before: Option<&'static str>,
    pub(super) after: Option<&'static str>,
}

pub(super) enum Says {
    Items(&'static str),
    Condition(&'static str),
}

pub(super) fn of_user(event_type: &str, author: u64, further: &Value) -> Value {
    let mut event = json!({
        "event_type": event_type, "author_id": author, "author_name": "Dev One", "entity_id": author, "entity_type": "User",
        "entity_path": "dev1", "target_id": author, "target_type": "User", "target_details": "Dev One",
        "created_at": "2026-03-04T10:00:00Z",
    });
    event.as_object_mut().unwrap().extend(further.as_object().unwrap().clone());
    event
}

pub(super) fn in_project(event_type: &str, further: &Value) -> Value {
    let mut event =
        of_user(event_type, 7, &json!({"entity_id": 29, "entity_type": "Project", "entity_path": "grp/app"}));
    event.as_object_mut().unwrap().extend(further.as_object().unwrap().clone());
    event
}

/// An event at a height of the burst that a tracker counts.
pub(super) fn at_height(event_type: &str, tracker: &str, height: u64) -> Value {
    in_project(event_type, &json!({"ip_address": "203.0.113.20", "_falco": {"burst": {tracker: height}}}))
}
