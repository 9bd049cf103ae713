//! What a tracker is to do, before its conditions are compiled.

/// A tracker as it is declared, in `Trackers` or in the table of built-in ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrackerDeclaration {
    /// `T` in `gitlab.count[T]`.
    pub name: String,
    /// What it does.
    pub kind: TrackerKind,
    /// The fields whose values together are the key. Without any, all events have the same key.
    pub key: Vec<String>,
    /// The window, in nanoseconds of event time.
    pub window: u64,
    /// How many keys are kept; the least recently used goes first.
    pub max_keys: usize,
}

/// What a tracker does, and for which events. No condition means every event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TrackerKind {
    /// Counts events.
    Count {
        /// Which.
        condition: Option<String>,
    },
    /// Counts different values.
    Distinct {
        /// Of which events.
        condition: Option<String>,
        /// The field that holds the value.
        value: String,
    },
    /// Tells whether a value is new.
    FirstSeen {
        /// Of which events.
        condition: Option<String>,
        /// The field that holds the value.
        value: String,
        /// When it begins to tell.
        learning: Learning,
        /// How long a value stays new after it came first, in nanoseconds.
        new_for: u64,
    },
    /// Tells whether events came in an order.
    Sequence {
        /// The events, in that order.
        steps: Vec<StepDeclaration>,
    },
    /// Tells whether events lie between a beginning and an end.
    Session {
        /// Which events.
        condition: Option<String>,
        /// What begins it.
        start: StepDeclaration,
        /// What ends it; it has the key of `start`.
        end: String,
        /// The field of the beginning that is told in the session.
        value: String,
    },
    /// Tells how fast an account came from its last place. There is one of this kind, named `travel`.
    Travel {
        /// Of which events.
        condition: Option<String>,
    },
}

impl TrackerKind {
    /// The field that is looked at beside the key, where the kind has one.
    pub(crate) fn value(&self) -> Option<&str> {
        match self {
            Self::Distinct { value, .. } | Self::FirstSeen { value, .. } | Self::Session { value, .. } => Some(value),
            Self::Count { .. } | Self::Sequence { .. } | Self::Travel { .. } => None,
        }
    }
}

/// How long a tracker learns what is usual, before it calls anything new. In nanoseconds of event time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Learning {
    /// From the first event of the stream on, whether or not it concerns the tracker; or, where the tracker was added to
    /// what a snapshot holds, from the first event after that.
    Once(u64),
    /// The same, and for each new key again from its own first event on: the first value of a new key is not new.
    EachKey(u64),
}

/// An event of a sequence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepDeclaration {
    /// Which event.
    pub condition: String,
    /// Its key, where that is in other fields than the tracker's.
    pub key: Option<Vec<String>>,
}
