//! The trackers that are always there: one or more for each detection that needs memory.
//!
//! Accounts are keyed by `gitlab.author.key`: everybody may change their display name at any time, and a tracker that
//! forgot them then would be blind to whoever does so in the middle of a burst. A sign-in that failed has no author, so
//! its account is the target.

mod accounts;
mod ci_cd;
mod code;
mod credentials;
mod event_types;
mod row;

use super::declaration::TrackerDeclaration;

/// A tracker and the detection that it serves, by its number in the catalogue of detections.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuiltinTracker {
    /// Such as `G010`.
    pub detection: &'static str,
    /// The tracker.
    pub declaration: TrackerDeclaration,
}

/// The built-in trackers, in the order of the detections.
pub fn builtin_trackers() -> Vec<BuiltinTracker> {
    let tables = [accounts::ROWS, credentials::ROWS, ci_cd::ROWS, code::ROWS];
    let mut trackers: Vec<_> = tables.into_iter().flatten().map(row::Row::tracker).collect();
    trackers.sort_by_key(|tracker| tracker.detection);
    trackers
}
