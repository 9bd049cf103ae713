//! An event with what we know about it.

use audit_event::{Addition, AuditEvent, ParseError, with_addition};

/// An event with what we know about it, to be looked at where it is: nothing is copied.
#[derive(Debug)]
pub struct Enriched<'a> {
    json: &'a str,
    addition: &'a Addition<'a>,
    event: Result<AuditEvent<'a>, ParseError>,
    time: u64,
}

/// The same as a text of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnrichedEvent {
    /// The event's own bytes with the member `_falco` spliced in last.
    pub json: String,
    /// When it happened, in nanoseconds since the Unix epoch: `created_at`, or the arrival where that is missing.
    pub time: u64,
}

impl<'a> Enriched<'a> {
    pub(crate) fn new(event: AuditEvent<'a>, addition: &'a Addition<'a>, time: u64) -> Self {
        Self { json: event.json(), addition, event: Ok(event.with(addition)), time }
    }

    /// One that has no fields, with its arrival for a time.
    pub(crate) fn unreadable(json: &'a str, addition: &'a Addition<'a>, error: ParseError) -> Self {
        Self { json, addition, event: Err(error), time: addition.received_at }
    }

    /// The event, or why it has no fields.
    pub const fn event(&self) -> Result<AuditEvent<'a>, ParseError> {
        self.event
    }

    /// When it happened, in nanoseconds since the Unix epoch: `created_at`, or the arrival where that is missing.
    pub const fn time(&self) -> u64 {
        self.time
    }

    /// The event's own bytes with the member `_falco` spliced in last.
    pub fn json(&self) -> String {
        with_addition(self.json, self.addition)
    }
}

impl From<&Enriched<'_>> for EnrichedEvent {
    fn from(event: &Enriched<'_>) -> Self {
        Self { json: event.json(), time: event.time }
    }
}
