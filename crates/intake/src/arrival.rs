//! An event at the door: what was sent, and what decides whether and how long it is kept.

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
