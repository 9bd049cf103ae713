//! Turns an event as it arrived into an event as rules see it.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use audit_event::{Addition, EventIndex, ParseError, PluginError};

use crate::address_knowledge::AddressKnowledge;
use crate::arrival::Arrival;
use crate::enriched::{Enriched, EnrichedEvent};
use crate::looked_up::LookedUp;
use crate::metrics::EnrichmentMetrics;
use crate::reload::Report;
use crate::snapshot::StateStore;
use crate::trackers::{TrackerDeclaration, TrackerError, TrackerSet, findings, with_builtin};

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

impl EnricherSettings {
    /// The built-in trackers and no files.
    pub fn builtin() -> Self {
        Self { trackers: with_builtin(Vec::new()), ..Self::default() }
    }
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

    /// Lets `look` see the event with what we know about it.
    ///
    /// An event that cannot be indexed is seen all the same, without fields.
    pub fn enrich_for<R>(&mut self, json: &str, arrival: Arrival<'_>, look: impl FnOnce(&Enriched<'_>) -> R) -> R {
        self.look_at(json, arrival.into(), look)
    }

    /// The event with what we know about it, as a text of its own; the error tells why it has no fields, so that it can be
    /// reported.
    pub fn enrich(&mut self, json: &str, arrival: Arrival<'_>) -> (EnrichedEvent, Result<(), ParseError>) {
        self.enrich_for(json, arrival, |event| (event.into(), event.event().map(|_| ())))
    }

    /// Lets `look` see the event that reports a problem of ours, as rules and trackers see it.
    pub fn report_for<R>(
        &mut self,
        problem: &PluginError<'_>,
        arrival: Arrival<'_>,
        look: impl FnOnce(&Enriched<'_>) -> R,
    ) -> R {
        let addition = Addition { plugin_error: Some(*problem), ..arrival.into() };
        self.look_at(&problem.bare_event(arrival.received_at), addition, look)
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

    fn look_at<R>(&mut self, json: &str, addition: Addition<'_>, look: impl FnOnce(&Enriched<'_>) -> R) -> R {
        let Self { addresses, trackers, index, .. } = self;
        let event = match index.parse_received(json) {
            Ok(event) => event,
            Err(error) => return look(&Enriched::unreadable(json, &addition, error)),
        };
        let sources = addresses.sources();
        let looked_up = LookedUp::new(event, addition, &sources);
        looked_up.observe(event, trackers);
        let found = trackers.found();
        let findings = findings(found, trackers.names());
        look(&Enriched::new(event, &looked_up.found(&findings, found), looked_up.time()))
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
        Self::new(&EnricherSettings::builtin(), |_| ()).expect("the built-in trackers compile: a test makes sure of it")
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
