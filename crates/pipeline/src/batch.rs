//! What a host gets when it asks for events.

use enrich::EnrichedEvent;

/// The outcome of waiting for events.
#[derive(Debug, PartialEq, Eq)]
pub enum Batch {
    /// At least one event, in order of arrival.
    Events(Vec<EnrichedEvent>),
    /// None in the time given; ask again.
    Nothing,
    /// There will be no more: all files were read.
    End,
}
