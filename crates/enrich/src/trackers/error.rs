//! What can be wrong with a tracker.

/// A mistake in a tracker's declaration. It is the operator's, and it stops the start.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TrackerError {
    /// `Trackers` is no list.
    #[error("a list of trackers is expected, each with Name, Kind and what the kind needs; see docs/trackers.md")]
    NotAList,
    /// An entry has an unknown member, lacks one, or has one of the wrong type.
    #[error("entry {position}: {cause}")]
    Malformed {
        /// Counted from 1.
        position: usize,
        /// What is wrong.
        cause: String,
    },
    /// A tracker cannot do what it says.
    #[error("{tracker}: {problem}")]
    Tracker {
        /// Its name.
        tracker: String,
        /// What is wrong and how to mend it.
        problem: String,
    },
    /// There are more than [`MAX_TRACKERS`](Self::MAX_TRACKERS).
    #[error("more than {} trackers, the built-in ones included", Self::MAX_TRACKERS)]
    TooMany,
}

impl TrackerError {
    /// How many trackers there can be: their findings travel with each event.
    pub const MAX_TRACKERS: usize = 256;
}
