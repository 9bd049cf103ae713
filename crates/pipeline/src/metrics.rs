//! What the pipeline counts, readable from any thread while it runs.

use std::sync::{Arc, Weak};

use enrich::EnrichmentMetrics;
use intake::{Inbox, Metric, MetricKind};

/// A view of a running pipeline's counts. It does not keep the pipeline's memory once that has ended.
#[derive(Debug, Clone)]
pub struct Metrics {
    inbox: Weak<Inbox>,
    enrichment: Weak<EnrichmentMetrics>,
}

impl Metrics {
    pub(crate) fn new(inbox: &Arc<Inbox>, enrichment: &Arc<EnrichmentMetrics>) -> Self {
        Self { inbox: Arc::downgrade(inbox), enrichment: Arc::downgrade(enrichment) }
    }

    /// The counts now; none once the pipeline has ended.
    pub fn read(&self) -> Vec<Metric> {
        let mut metrics = self.inbox.upgrade().map(|inbox| inbox.metrics()).unwrap_or_default();
        if let Some(enrichment) = self.enrichment.upgrade() {
            metrics.extend(of_enrichment(&enrichment));
        }
        metrics
    }
}

fn of_enrichment(enrichment: &EnrichmentMetrics) -> impl Iterator<Item = Metric> {
    let metric = |name, description, kind, value| Metric { name, description, kind, value };
    let keys = metric("tracker_keys", "Keys that trackers know.", MetricKind::Gauge, enrichment.tracker_keys());
    let evicted = metric(
        "tracker_keys_evicted",
        "Keys that trackers forgot because MaxKeys was reached.",
        MetricKind::Monotonic,
        enrichment.tracker_keys_evicted(),
    );
    let age = enrichment.snapshot_age_seconds().map(|age| {
        metric("tracker_snapshot_age_seconds", "Age of the trackers' snapshot in StateDir.", MetricKind::Gauge, age)
    });
    [keys, evicted].into_iter().chain(age)
}
