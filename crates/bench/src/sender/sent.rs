//! What became of the posted requests.

use crate::clock::Moment;

/// One request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sent {
    /// How many events were posted before its first one.
    pub(crate) first: u64,
    /// When it was sent; with a fixed pace, when it should have been.
    pub(crate) at: Moment,
    pub(crate) answered_at: Moment,
    pub(crate) outcome: Outcome,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Status(u16),
    /// The connection could not be made or broke.
    Broken,
}

impl Sent {
    pub(crate) fn was_accepted(&self) -> bool {
        self.outcome == Outcome::Status(200)
    }
}
