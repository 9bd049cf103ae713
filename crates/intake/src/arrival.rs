//! An event at the door: what was sent, and what decides whether and how long it is kept.

use std::sync::Arc;

use audit_event::EventIndex;

use crate::event::ReceivedEvent;
use crate::fingerprint::Fingerprint;
use crate::worth::Worth;

/// An event that has arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Arrival {
    pub(crate) event: ReceivedEvent,
    pub(crate) worth: Worth,
    /// None if the event has no number, so that a repetition cannot be told.
    pub(crate) fingerprint: Option<Fingerprint>,
}

impl Arrival {
    /// Looks at the event. One that cannot be read is kept like any other: a host may still show it.
    pub(crate) fn new(event: ReceivedEvent, index: &mut EventIndex) -> Self {
        let read = index.parse_received(&event.json).ok();
        let instance: Option<&Arc<str>> = event.instance.as_ref();
        let worth = Worth::of(read);
        let fingerprint = read.and_then(|read| Fingerprint::of(read, instance));
        Self { event, worth, fingerprint }
    }
}
