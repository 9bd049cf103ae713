//! How an event came, which is the first of what is added to it.

use audit_event::{Addition, Origin};

/// How an event came.
#[derive(Debug, Clone, Copy)]
pub struct Arrival<'a> {
    /// When, in nanoseconds since the Unix epoch.
    pub received_at: u64,
    /// By which way.
    pub origin: Origin,
    /// From which GitLab: the name of the token it came with.
    pub instance: Option<&'a str>,
}

impl<'a> From<Arrival<'a>> for Addition<'a> {
    fn from(arrival: Arrival<'a>) -> Self {
        let Arrival { received_at, origin, instance } = arrival;
        Self { instance, ..Self::new(received_at, origin) }
    }
}
