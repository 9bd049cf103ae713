//! Where in a text of values reading goes on.

/// How far a text has been dealt with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// In bytes.
    pub(super) offset: u64,
    /// From 1.
    pub(super) line: u64,
    /// Whether that is within an array of events.
    pub(super) in_array: bool,
}

impl Place {
    pub(super) const START: Self = Self { offset: 0, line: 1, in_array: false };
}
