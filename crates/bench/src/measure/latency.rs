//! Durations and how they spread. Each one is kept: a few million of them take less memory than the events did.

use std::time::Duration;

use serde::Serialize;

/// Of fewer durations, one in a hundred would be the longest or none.
const ENOUGH_FOR_P99: usize = 100;

/// Durations, in microseconds; longer ones than an hour count as that.
#[derive(Debug, Default)]
pub(crate) struct Latencies(Vec<u32>);

/// How durations spread, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(crate) struct Spread {
    pub(crate) p50: f64,
    /// None where there are too few durations to tell.
    pub(crate) p99: Option<f64>,
    pub(crate) max: f64,
}

impl Latencies {
    pub(crate) fn add(&mut self, duration: Duration) {
        self.0.push(u32::try_from(duration.as_micros()).unwrap_or(u32::MAX));
    }

    /// None where there is no duration.
    pub(crate) fn spread(mut self) -> Option<Spread> {
        self.0.sort_unstable();
        let max = *self.0.last()?;
        let milliseconds = |microseconds: u32| f64::from(microseconds) / 1_000.0;
        let percentile = |hundredths: usize| {
            // The smallest duration that so many in a hundred do not exceed.
            let rank = (self.0.len() * hundredths).div_ceil(100);
            milliseconds(self.0[rank.saturating_sub(1)])
        };
        let p99 = (self.0.len() >= ENOUGH_FOR_P99).then(|| percentile(99));
        Some(Spread { p50: percentile(50), p99, max: milliseconds(max) })
    }
}

impl FromIterator<Duration> for Latencies {
    fn from_iter<I: IntoIterator<Item = Duration>>(durations: I) -> Self {
        let mut latencies = Self::default();
        durations.into_iter().for_each(|duration| latencies.add(duration));
        latencies
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_durations_that_occurred() {
        let latencies: Latencies = (1..=200).rev().map(Duration::from_millis).collect();
        assert_eq!(latencies.spread(), Some(Spread { p50: 100.0, p99: Some(198.0), max: 200.0 }));
        let one: Latencies = [Duration::from_micros(1_500)].into_iter().collect();
        assert_eq!(one.spread(), Some(Spread { p50: 1.5, p99: None, max: 1.5 }));
        let ninety_nine: Latencies = (1..=99).map(Duration::from_millis).collect();
        assert_eq!(ninety_nine.spread().and_then(|spread| spread.p99), None);
        assert_eq!(Latencies::default().spread(), None);
    }
}
