//! The table of scenarios.

mod accounts;
mod projects;

use serde_json::{Value, json};

use super::{Looking, Scenario, Story};

/// A scenario for each built-in tracker.
pub(crate) fn scenarios() -> Vec<Scenario> {
    [
        accounts::of_guessing(),
        accounts::of_accounts(),
        accounts::of_credentials(),
        projects::of_listed_addresses(),
        projects::of_runners(),
        projects::of_code(),
        projects::of_reading(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn with(mut members: Value, name: &str, value: impl Into<Value>) -> Value {
    members[name] = value.into();
    members
}

fn nothing_special(_: u64) -> Value {
    json!({})
}

fn target(n: u64) -> Value {
    json!({"target_id": n})
}

fn scenario(tracker: &'static str, rule: Looking, tell: impl FnOnce(&mut Story)) -> Scenario {
    let mut story = Story::new();
    tell(&mut story);
    Scenario { tracker, rule, events: story.told() }
}

/// `usual` for long enough to be learned, then `unusual` for the first time.
fn first(tracker: &'static str, rule: Looking, event_type: &str, usual: &Value, unusual: &Value) -> Scenario {
    scenario(tracker, rule, |story| {
        story.event(event_type, usual);
        story.eight_days_later();
        story.event(event_type, usual);
        story.event(event_type, unusual);
    })
}
