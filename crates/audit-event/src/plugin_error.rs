//! The event that reports a problem of ours: bad input, a full queue, a broken database.
use std::borrow::Cow;

use jiff::Timestamp;
use serde::Serialize;

use crate::addition::{Addition, Origin, with_addition};
use crate::event::AuditEvent;
use crate::event_index::Part;
use crate::json_value::JsonValue;

/// A problem, and how often it came up since the last report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct PluginError<'a> {
    /// What went wrong, one short word such as `unauthorized`: for rules.
    pub kind: &'a str,
    /// What went wrong and what to do, for people. Nothing a sender typed.
    pub message: &'a str,
    /// How often since the last such event, this one included.
    pub count: u64,
}

impl PluginError<'_> {
    /// The event of type `pluginerror` that reports this problem.
    ///
    /// What went wrong stands in `_falco`, which no sender can write, so a posted `pluginerror` has no kind, message or
    /// count.
    pub fn event(&self, received_at: u64, origin: Origin, instance: Option<&str>) -> String {
        let event = match Timestamp::from_nanosecond(received_at.into()) {
            Ok(created_at) => format!(r#"{{"event_type":"pluginerror","created_at":"{created_at}"}}"#),
            Err(_) => r#"{"event_type":"pluginerror"}"#.to_owned(),
        };
        let addition = Addition { instance, plugin_error: Some(*self), ..Addition::new(received_at, origin) };
        with_addition(&event, &addition)
    }
}

impl<'a> AuditEvent<'a> {
    /// What went wrong, in one word, where the event reports a problem of ours.
    pub fn plugin_error_kind(&self) -> Option<Cow<'a, str>> {
        self.value(Part::PluginError, "kind").map(JsonValue::text)
    }

    /// What went wrong and what to do, where the event reports a problem of ours.
    pub fn plugin_error_message(&self) -> Option<Cow<'a, str>> {
        self.value(Part::PluginError, "message").map(JsonValue::text)
    }

    /// How often it went wrong since the last such event.
    pub fn plugin_error_count(&self) -> Option<u64> {
        self.value(Part::PluginError, "count")?.json().parse().ok()
    }
}
