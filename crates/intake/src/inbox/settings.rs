//! What an inbox must be told.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use audit_event::AuditEvent;

use super::Inbox;
use crate::event::ReceivedEvent;
use crate::state_directory::StateDirectory;

/// The bounds of an inbox, and where it keeps its events.
#[derive(Debug)]
pub struct InboxSettings {
    /// Events in memory, in bytes together.
    pub max_bytes: usize,
    /// How long an event is remembered, so that it is left out when it is sent again. Nothing turns that off.
    pub deduplication_window: Duration,
    /// Which events are counted and left out.
    pub ignore: Option<Ignore>,
    /// Where events are kept before they are answered for; in memory alone without.
    pub spool: Option<SpoolSettings>,
}

/// Where the spool is, and how large it may be.
#[derive(Debug)]
pub struct SpoolSettings {
    /// The directory it is in.
    pub state: Arc<StateDirectory>,
    /// Size of its files together, in bytes.
    pub max_bytes: u64,
}

/// Tells whether an event is left out.
pub struct Ignore(Box<Accepts>);

type Accepts = dyn Fn(AuditEvent<'_>, &ReceivedEvent) -> bool + Send + Sync;

impl Default for InboxSettings {
    fn default() -> Self {
        Self {
            max_bytes: Inbox::DEFAULT_MAX_BYTES,
            deduplication_window: Duration::from_hours(1),
            ignore: None,
            spool: None,
        }
    }
}

impl Ignore {
    /// Leaves out the events that `accepts` is true of; it gets what was read, and what it was read from.
    pub fn new(accepts: impl Fn(AuditEvent<'_>, &ReceivedEvent) -> bool + Send + Sync + 'static) -> Self {
        Self(Box::new(accepts))
    }

    pub(super) fn accepts(&self, read: AuditEvent<'_>, event: &ReceivedEvent) -> bool {
        (self.0)(read, event)
    }
}

impl fmt::Debug for Ignore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Ignore")
    }
}
