//! One event between the looking up of its address and the splicing in of all that was found.

use audit_event::{Addition, AuditEvent, Finding, Findings};

use crate::address_knowledge::{Known, Sources};
use crate::trackers::{Found, TrackerSet, travel};

/// What can be known of an event without any other.
pub(crate) struct LookedUp<'a> {
    /// How it came, and nothing else.
    arrived: Addition<'a>,
    known: Known<'a>,
    created_at: Option<u64>,
}

impl<'a> LookedUp<'a> {
    pub(crate) fn new(event: AuditEvent<'_>, arrived: Addition<'a>, sources: &'a Sources<'_>) -> Self {
        let known = event.address().map(|address| sources.know(address)).unwrap_or_default();
        Self { arrived, known, created_at: event.created_at() }
    }

    /// Shows the event to the trackers.
    pub(crate) fn observe(&self, event: AuditEvent<'_>, trackers: &mut TrackerSet) {
        trackers.observe(event.with(&self.addition()), self.created_at, self.known.location);
    }

    /// All that is to be added, with what the trackers found.
    pub(crate) fn found<'b>(&'b self, findings: &'b [Finding<'b>], found: &'b [(usize, Found)]) -> Addition<'b> {
        Addition { findings: Findings(findings), travel: travel(found), ..self.addition() }
    }

    /// When it happened, in nanoseconds since the Unix epoch, else when it arrived.
    pub(crate) fn time(&self) -> u64 {
        self.created_at.unwrap_or(self.arrived.received_at)
    }

    fn addition(&self) -> Addition<'_> {
        let Known { place, network, ref lists, .. } = self.known;
        Addition { place, network, address_lists: lists, ..self.arrived }
    }
}
