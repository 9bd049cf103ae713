//! What enrichment counts, readable from any thread while it runs.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// Counts of one enricher.
#[derive(Debug, Default)]
pub struct EnrichmentMetrics {
    keys: AtomicU64,
    evicted: AtomicU64,
    /// Seconds since the epoch; 0 where there is none.
    snapshot_written: AtomicU64,
}

impl EnrichmentMetrics {
    /// How many keys all trackers know together.
    pub fn tracker_keys(&self) -> u64 {
        self.keys.load(Ordering::Relaxed)
    }

    /// How many keys had to go for others since the start.
    pub fn tracker_keys_evicted(&self) -> u64 {
        self.evicted.load(Ordering::Relaxed)
    }

    /// How many seconds old the newest snapshot of the trackers is; none where there is none.
    pub fn snapshot_age_seconds(&self) -> Option<u64> {
        let written = self.snapshot_written.load(Ordering::Relaxed);
        (written > 0).then(|| seconds(SystemTime::now()).saturating_sub(written))
    }

    pub(crate) fn set_keys(&self, keys: usize, evicted: u64) {
        self.keys.store(keys as u64, Ordering::Relaxed);
        self.evicted.store(evicted, Ordering::Relaxed);
    }

    pub(crate) fn set_snapshot_written(&self, written: SystemTime) {
        self.snapshot_written.store(seconds(written), Ordering::Relaxed);
    }
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
