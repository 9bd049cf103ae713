//! One event as it was received: its own text, and what only the receiver knows about it.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use audit_event::Origin;

/// One event on its way from the sender to the host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceivedEvent {
    /// The JSON object, byte for byte as it was sent.
    pub json: Box<str>,
    /// When it arrived, in nanoseconds since the Unix epoch.
    pub received_at: u64,
    /// The way it came.
    pub origin: Origin,
    /// Which GitLab sent it: the name of the token it came with, if that has one.
    pub instance: Option<Arc<str>>,
}

impl ReceivedEvent {
    /// An event that arrives now.
    pub(crate) fn now(json: &str, origin: Origin, instance: Option<Arc<str>>) -> Self {
        Self { json: json.into(), received_at: nanoseconds_now(), origin, instance }
    }

    /// What this event counts towards a bound in bytes: its text and its bookkeeping.
    ///
    /// Without the latter, millions of `{}` would fit into a queue of a few megabytes and fill gigabytes.
    pub const fn size(&self) -> usize {
        self.json.len() + size_of::<Self>()
    }
}

/// What time it is, in nanoseconds since the Unix epoch.
pub(crate) fn nanoseconds_now() -> u64 {
    let time = SystemTime::now().duration_since(UNIX_EPOCH);
    // Before 1970 or after 2554 the clock is wrong, and any number is as good as another.
    time.map_or(0, |time| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX))
}
