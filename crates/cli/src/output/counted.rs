//! A number and its noun, for people.

use std::fmt;

/// `1 event`, `2 events`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Counted(pub(crate) u64, pub(crate) &'static str);

impl Counted {
    /// Counts what is in memory.
    pub(crate) fn length(length: usize, noun: &'static str) -> Self {
        Self(u64::try_from(length).unwrap_or(u64::MAX), noun)
    }
}

impl fmt::Display for Counted {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {}{}", self.0, self.1, if self.0 == 1 { "" } else { "s" })
    }
}
