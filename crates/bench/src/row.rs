//! What was measured in one case.

use serde::Serialize;

use crate::case::{GoPlugin, HostKind};
use crate::measure::Spread;

/// One row of the table.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Row {
    pub(crate) case: &'static str,
    pub(crate) host: HostKind,
    /// Answered with 200 and dealt with, over the time from the first post to the last hand-over.
    pub(crate) events_per_second: Option<f64>,
    /// From a post to its answer.
    pub(crate) answers: Option<Spread>,
    /// From a post to its alert.
    pub(crate) alerts: Option<Spread>,
    pub(crate) cpu_percent: f64,
    /// Processor time that an event takes; of all figures here the one that other load on the machine changes least.
    pub(crate) cpu_microseconds_per_event: Option<f64>,
    pub(crate) peak_rss_megabytes: f64,
    /// Answered with 200 and never seen again; none where nobody looked.
    pub(crate) lost: Option<u64>,
    /// Seen more often than once; none where nobody looked.
    pub(crate) duplicated: Option<u64>,
    /// Requests that were answered with something else than 200.
    pub(crate) refused: u64,
    /// Requests whose connection broke.
    pub(crate) broken: u64,
    /// What the Go plugin did inside Falco in the like case, on another day.
    pub(crate) go_plugin_per_second: Option<GoPlugin>,
}

/// A case that could not be measured.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct FailedCase {
    pub(crate) case: &'static str,
    /// Why.
    pub(crate) failed: String,
}

impl Row {
    /// What went wrong with events, in words; none where nothing did as far as anybody looked.
    pub(crate) fn flaws(&self) -> Option<String> {
        let counts = [
            (self.lost.unwrap_or(0), "lost"),
            (self.duplicated.unwrap_or(0), "duplicated"),
            (self.refused, "refused"),
            (self.broken, "broken"),
        ];
        let flaws: Vec<String> =
            counts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
        (!flaws.is_empty()).then(|| flaws.join(", "))
    }
}
