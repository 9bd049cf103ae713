//! How long something takes, as a histogram.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::metrics::{Metric, MetricKind};

/// The upper bounds of the buckets, in microseconds and as Prometheus writes them, in seconds. Above the last there is one
/// more, without a bound.
const BOUNDS: [(u64, &str); 14] = [
    (500, "0.0005"),
    (1_000, "0.001"),
    (2_500, "0.0025"),
    (5_000, "0.005"),
    (10_000, "0.01"),
    (25_000, "0.025"),
    (50_000, "0.05"),
    (100_000, "0.1"),
    (250_000, "0.25"),
    (500_000, "0.5"),
    (1_000_000, "1"),
    (5_000_000, "5"),
    (10_000_000, "10"),
    (60_000_000, "60"),
];

/// A histogram of durations.
#[derive(Debug, Default)]
pub(crate) struct Latency {
    buckets: [AtomicU64; BOUNDS.len() + 1],
    microseconds: AtomicU64,
}

/// What a histogram has counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LatencyCounts {
    /// For each bound, as text in seconds, how many took at most that long.
    pub(crate) at_most: Vec<(&'static str, u64)>,
    /// All of them.
    pub(crate) count: u64,
    /// All together.
    pub(crate) sum: Duration,
}

impl Latency {
    pub(crate) fn observe(&self, duration: Duration) {
        let microseconds = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        let bucket = BOUNDS.iter().position(|(bound, _)| microseconds <= *bound).unwrap_or(BOUNDS.len());
        self.buckets[bucket].fetch_add(1, Ordering::Relaxed);
        self.microseconds.fetch_add(microseconds, Ordering::Relaxed);
    }

    pub(crate) fn counts(&self) -> LatencyCounts {
        let mut count = 0;
        let mut counted = |bucket: &AtomicU64| {
            count += bucket.load(Ordering::Relaxed);
            count
        };
        let at_most = BOUNDS.iter().zip(&self.buckets).map(|((_, bound), bucket)| (*bound, counted(bucket))).collect();
        let count = counted(&self.buckets[BOUNDS.len()]);
        LatencyCounts { at_most, count, sum: Duration::from_micros(self.microseconds.load(Ordering::Relaxed)) }
    }

    /// Count and sum as plain metrics, for those who know no histograms.
    pub(crate) fn metrics(
        &self,
        count: (&'static str, &'static str),
        sum: (&'static str, &'static str),
    ) -> [Metric; 2] {
        let counts = self.counts();
        let metric = |(name, description), value| Metric { name, description, kind: MetricKind::Monotonic, value };
        [metric(count, counts.count), metric(sum, u64::try_from(counts.sum.as_micros()).unwrap_or(u64::MAX))]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_bound_counts_what_took_at_most_that_long() {
        let latency = Latency::default();
        for microseconds in [0, 500, 501, 1_000_000, 61_000_000] {
            latency.observe(Duration::from_micros(microseconds));
        }
        let counts = latency.counts();
        let at_most = |bound| counts.at_most.iter().find(|(text, _)| *text == bound).unwrap().1;
        assert_eq!((at_most("0.0005"), at_most("0.001"), at_most("0.5"), at_most("1"), at_most("60")), (2, 3, 3, 4, 4));
        assert_eq!((counts.count, counts.sum), (5, Duration::from_micros(62_001_001)));
    }

    #[test]
    fn the_texts_of_the_bounds_are_their_values() {
        for (microseconds, text) in BOUNDS {
            let seconds: f64 = text.parse().unwrap();
            assert_eq!(Duration::from_secs_f64(seconds), Duration::from_micros(microseconds));
        }
    }
}
