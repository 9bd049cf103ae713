//! Turns an event as it arrived into an event as rules see it.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use audit_event::{Addition, EventIndex, Findings, Origin, ParseError, PluginError, with_addition};

use crate::address_knowledge::{AddressKnowledge, Known};
use crate::metrics::EnrichmentMetrics;
use crate::reload::Report;
use crate::snapshot::StateStore;
use crate::trackers::{TrackerDeclaration, TrackerError, TrackerSet, with_builtin};

/// How an event came.
#[derive(Debug, Clone, Copy)]
pub struct Arrival<'a> {
    /// When, in nanoseconds since the Unix epoch.
    pub received_at: u64,
    /// By which way.
    pub origin: Origin,
    /// From which GitLab: the name of the token it came with.
    pub instance: Option<&'a str>,
}

/// An event with what we know about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnrichedEvent {
    /// The event's own bytes with the member `_falco` spliced in last.
    pub json: String,
    /// When it happened, in nanoseconds since the Unix epoch: `created_at`, or the arrival where that is missing.
    pub time: u64,
}

/// What an enricher knows events by.
#[derive(Debug, Clone, Default)]
pub struct EnricherSettings {
    /// Database for places.
    pub city_database: Option<PathBuf>,
    /// Database for autonomous systems.
    pub asn_database: Option<PathBuf>,
    /// Address lists by name.
    pub address_lists: Vec<(String, PathBuf)>,
    /// The trackers.
    pub trackers: Vec<TrackerDeclaration>,
    /// Folder that keeps what trackers remember.
    pub state_dir: Option<PathBuf>,
}

/// Adds what is known to one event after the other.
#[derive(Debug)]
pub struct Enricher {
    addresses: AddressKnowledge,
    trackers: TrackerSet,
    state: Option<StateStore>,
    metrics: Arc<EnrichmentMetrics>,
    index: EventIndex,
}

impl Enricher {
    /// An enricher with what there is.
    ///
    /// A file that is missing or unfit goes to `report`, now or when it is replaced, and events flow without what it would
    /// have told. A tracker that cannot work is an error.
    pub fn new(
        settings: &EnricherSettings,
        report: impl Fn(String) + Send + Clone + 'static,
    ) -> Result<Self, TrackerError> {
        let mut trackers = TrackerSet::new(&settings.trackers)?;
        let metrics = Arc::new(EnrichmentMetrics::default());
        let state = settings.state_dir.as_ref().map(|folder| {
            let (state, result) = StateStore::open(folder, &mut trackers);
            if let Err(error) = result {
                report(format!("StateDir: {error}"));
            }
            state
        });
        let on_reload: Report = Box::new(report.clone());
        let addresses = AddressKnowledge::open(settings, &report, on_reload);
        let enricher = Self { addresses, trackers, state, metrics, index: EventIndex::default() };
        enricher.update_metrics();
        Ok(enricher)
    }

    /// The event with what we know about it.
    ///
    /// An event that cannot be indexed comes out all the same, without a place and with its arrival for a time; the
    /// error tells why, so that it can be reported.
    pub fn enrich(&mut self, json: &str, arrival: Arrival<'_>) -> (EnrichedEvent, Result<(), ParseError>) {
        let Arrival { received_at, origin, instance } = arrival;
        let addition = Addition { instance, ..Addition::new(received_at, origin) };
        self.add(json, addition)
    }

    /// The event that reports a problem of ours, as rules and trackers see it.
    pub fn report(&mut self, problem: &PluginError<'_>, received_at: u64, origin: Origin) -> EnrichedEvent {
        let json = problem.bare_event(received_at);
        self.add(&json, Addition { plugin_error: Some(*problem), ..Addition::new(received_at, origin) }).0
    }

    /// Does what is due from time to time: writes a snapshot of the trackers. Call it between events; the error is to be
    /// reported.
    pub fn tend(&mut self, now: Instant) -> Result<(), crate::StateError> {
        let result = self.state.as_mut().map_or(Ok(()), |state| state.tend(&self.trackers, now));
        self.update_metrics();
        result
    }

    /// What is counted.
    pub fn metrics(&self) -> &Arc<EnrichmentMetrics> {
        &self.metrics
    }

    fn add(&mut self, json: &str, addition: Addition<'_>) -> (EnrichedEvent, Result<(), ParseError>) {
        let Self { addresses, trackers, index, .. } = self;
        let event = match index.parse_received(json) {
            Ok(event) => event,
            Err(error) => {
                let enriched = EnrichedEvent { json: with_addition(json, &addition), time: addition.received_at };
                return (enriched, Err(error));
            }
        };
        let sources = addresses.sources();
        let known = event.address().map(|address| sources.know(address)).unwrap_or_default();
        let Known { place, network, ref lists, location } = known;
        let addition = Addition { place, network, address_lists: lists, ..addition };
        let created_at = event.created_at();
        trackers.observe(event.with(&addition), created_at, location);
        let findings = trackers.findings();
        let addition = Addition { findings: Findings(&findings), travel: trackers.travel(), ..addition };
        let time = created_at.unwrap_or(addition.received_at);
        (EnrichedEvent { json: with_addition(json, &addition), time }, Ok(()))
    }

    fn update_metrics(&self) {
        let (keys, evicted) = self.trackers.keys();
        self.metrics.set_keys(keys, evicted);
        if let Some(written) = self.state.as_ref().and_then(StateStore::written) {
            self.metrics.set_snapshot_written(written);
        }
    }
}

impl Default for Enricher {
    /// An enricher with the built-in trackers and no files.
    fn default() -> Self {
        let settings = EnricherSettings { trackers: with_builtin(Vec::new()), ..EnricherSettings::default() };
        Self::new(&settings, |_| ()).expect("the built-in trackers compile: a test makes sure of it")
    }
}

impl Drop for Enricher {
    fn drop(&mut self) {
        if let Some(state) = &mut self.state {
            // Nobody is left to hear of it; the snapshot of a minute ago stays.
            let _ = state.close(&self.trackers);
        }
    }
}

#[cfg(test)]
mod tests;
