//! What enrichment counts, as metrics.

use enrich::EnrichmentMetrics;
use intake::{Metric, MetricKind};

/// The counts now.
pub(crate) fn enrichment_metrics(counted: &EnrichmentMetrics) -> Vec<Metric> {
    let metric = |name, description, kind, value| Metric { name, description, kind, value };
    let age = counted.snapshot_age_seconds().map(|age| {
        metric(
            "tracker_snapshot_age_seconds",
            "Age of the trackers' snapshot in StateDir; absent where there is none.",
            MetricKind::Gauge,
            age,
        )
    });
    let keys = metric("tracker_keys", "Keys that trackers know.", MetricKind::Gauge, counted.tracker_keys());
    let evicted = metric(
        "tracker_keys_evicted",
        "Keys that trackers forgot because MaxKeys was reached.",
        MetricKind::Monotonic,
        counted.tracker_keys_evicted(),
    );
    [keys, evicted].into_iter().chain(age).collect()
}
