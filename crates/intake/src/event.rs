//! One event as it was received: its own text, and what only the receiver knows about it.

use std::sync::Arc;

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
    /// What this event counts towards a bound in bytes: its text and its bookkeeping.
    ///
    /// Without the latter, millions of `{}` would fit into a queue of a few megabytes and fill gigabytes.
    pub fn size(&self) -> usize {
        self.json.len() + size_of::<Self>()
    }
}
