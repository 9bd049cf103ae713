//! The event that reports a problem of ours: bad input, a full queue, a broken database.
use jiff::Timestamp;
use serde::Serialize;

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
    /// The event of type `pluginerror` that reports this problem, without the addition that tells of it.
    ///
    /// What went wrong stands in `_falco`, which no sender can write, so a posted `pluginerror` has no kind, message or
    /// count.
    pub fn bare_event(&self, received_at: u64) -> String {
        match Timestamp::from_nanosecond(received_at.into()) {
            Ok(created_at) => format!(r#"{{"event_type":"pluginerror","created_at":"{created_at}"}}"#),
            Err(_) => r#"{"event_type":"pluginerror"}"#.to_owned(),
        }
    }
}
