//! Alerts that an output lost: told of, but not once for each alert.

use std::time::{Duration, Instant};

use super::Counted;

/// How long nothing is said after something was said.
const SILENCE: Duration = Duration::from_secs(10);

/// Alerts that were lost, told of at once and then at most every ten seconds.
pub(super) struct Losses {
    name: &'static str,
    what: &'static str,
    count: u64,
    reason: String,
    told: Option<Instant>,
}

impl Losses {
    pub(super) fn new(name: &'static str, what: &'static str) -> Self {
        Self { name, what, count: 0, reason: String::new(), told: None }
    }

    pub(super) fn add(&mut self, alerts: u64, reason: Option<&str>) {
        self.count += alerts;
        self.reason = reason.map(|reason| format!(": {reason}")).unwrap_or_default();
        if self.told.is_none_or(|told| told.elapsed() >= SILENCE) {
            self.tell();
        }
    }

    pub(super) fn tell(&mut self) {
        if self.count == 0 {
            return;
        }
        let Self { name, what, count, reason, .. } = self;
        tracing::warn!("{name}: {} {what}{reason}", Counted(*count, "alert"));
        self.count = 0;
        self.told = Some(Instant::now());
    }
}
