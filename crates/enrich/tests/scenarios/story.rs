//! Events of one GitLab, one after the other.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::BERLIN;

/// Tuesday, 2026-02-10T10:00:00Z, in seconds since the epoch: within working hours.
const START: i64 = 1_770_717_600;

/// Events, and the time that it is.
pub(crate) struct Story {
    events: Vec<String>,
    now: i64,
}

impl Story {
    /// A story that begins with 40 events that concern nobody: the event clock is sure after 31.
    pub(crate) fn new() -> Self {
        let mut story = Self { events: Vec::new(), now: START };
        story.others();
        story
    }

    /// 40 events that concern nobody.
    fn others(&mut self) {
        for _ in 0..40 {
            self.event("label_created", &json!({}));
        }
    }

    /// An event a second after the one before: of user 7, from Berlin, in `grp/app`, unless `members` say otherwise.
    pub(crate) fn event(&mut self, event_type: &str, members: &Value) {
        self.now += 1;
        let mut event = json!({
            "id": self.events.len() + 1, "event_type": event_type, "author_id": 7, "author_name": "Dev One", "entity_id": 29,
            "entity_type": "Project", "entity_path": "grp/app", "target_id": 29, "target_type": "Project",
            "target_details": "app", "ip_address": BERLIN, "details": {"author_class": "User", "custom_message": "x"},
            "created_at": Timestamp::from_second(self.now).unwrap().to_string(),
        });
        for (name, value) in members.as_object().unwrap() {
            event[name] = value.clone();
        }
        self.events.push(event.to_string());
    }

    /// As many events of one type, the `n`th with `members(n)`, counted from 1.
    pub(crate) fn events(&mut self, count: u64, event_type: &str, members: impl Fn(u64) -> Value) {
        for n in 1..=count {
            self.event(event_type, &members(n));
        }
    }

    /// Eight days go by, which is longer than any tracker learns.
    pub(crate) fn eight_days_later(&mut self) {
        self.now += 8 * 86_400;
        self.others();
    }

    /// The events.
    pub(crate) fn told(self) -> Vec<String> {
        self.events
    }
}
