//! An enricher for several threads: each looks up its own events, and trackers see all of them in one order.

use std::sync::{Arc, Mutex, PoisonError};

use audit_event::{Addition, EventIndex};

use crate::address_knowledge::AddressKnowledge;
use crate::arrival::Arrival;
use crate::enriched::Enriched;
use crate::enricher::EnricherSettings;
use crate::looked_up::LookedUp;
use crate::trackers::{TrackerError, TrackerSet, findings};

/// Adds what is known to the events of several threads. It remembers nothing from one run to the next: `state_dir` is not
/// looked at.
#[derive(Debug)]
pub struct SharedEnricher {
    addresses: AddressKnowledge,
    trackers: Mutex<TrackerSet>,
    /// The trackers' names.
    names: Arc<[Box<str>]>,
}

impl SharedEnricher {
    /// As [`Enricher::new`](crate::Enricher::new).
    pub fn new(
        settings: &EnricherSettings,
        report: impl Fn(String) + Send + Clone + 'static,
    ) -> Result<Self, TrackerError> {
        let trackers = TrackerSet::new(&settings.trackers)?;
        let addresses = AddressKnowledge::open(settings, &report, Box::new(report.clone()));
        Ok(Self { addresses, names: Arc::clone(trackers.names()), trackers: Mutex::new(trackers) })
    }

    /// Lets `look` see each event, in order, with what is known about it. Events are given with an index that has read
    /// them as they were received.
    ///
    /// Trackers are shown the events by the function that `in_turn` is given, and must call once. What they find depends on
    /// the order of these calls, so whoever wants the same alerts each time waits there for its turn; everything else is
    /// done beside the other threads.
    pub fn enrich<'a>(
        &self,
        events: impl Iterator<Item = (&'a str, &'a EventIndex)>,
        arrival: Arrival<'_>,
        in_turn: impl FnOnce(&mut dyn FnMut()),
        mut look: impl FnMut(&Enriched<'_>),
    ) {
        let arrived = Addition::from(arrival);
        let sources = self.addresses.sources();
        let events: Vec<_> = events
            .map(|(json, index)| {
                let event = index.event(json);
                (event, LookedUp::new(event, arrived, &sources))
            })
            .collect();
        let mut all_found = Vec::new();
        let mut ends = Vec::with_capacity(events.len());
        in_turn(&mut || {
            // Whoever panics here ends the run.
            let mut trackers = self.trackers.lock().unwrap_or_else(PoisonError::into_inner);
            for (event, looked_up) in &events {
                looked_up.observe(*event, &mut trackers);
                all_found.extend_from_slice(trackers.found());
                ends.push(all_found.len());
            }
        });
        let starts = std::iter::once(0).chain(ends.iter().copied());
        let found = starts.zip(&ends).map(|(start, end)| &all_found[start..*end]);
        for ((event, looked_up), found) in events.iter().zip(found) {
            let findings = findings(found, &self.names);
            look(&Enriched::new(*event, &looked_up.found(&findings, found), looked_up.time()));
        }
    }
}
