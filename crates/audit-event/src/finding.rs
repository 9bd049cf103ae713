//! What trackers found about an event: how many, the first, the last of a sequence, within a session.
use serde::ser::{Serialize, SerializeMap, Serializer};

/// One tracker's finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finding<'a> {
    /// The tracker's name: `T` in `gitlab.count[T]`.
    pub tracker: &'a str,
    /// What it found.
    pub value: FindingValue<'a>,
}

/// What a tracker found, by its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FindingValue<'a> {
    /// How many events, or how many different values, in the window.
    Count(u64),
    /// The same, where no event within a window before found as many.
    Burst(u64),
    /// Whether the value was never seen before.
    FirstSeen(bool),
    /// Whether the event completes the sequence.
    Sequence(bool),
    /// The event lies within an open session; this is what the session's first event says of it.
    Session(&'a str),
}

impl FindingValue<'_> {
    /// The members of `_falco` that hold the findings, in order.
    const MEMBERS: [&'static str; 5] = ["count", "burst", "first_seen", "sequence", "session"];

    const fn member(self) -> usize {
        match self {
            Self::Count(_) => 0,
            Self::Burst(_) => 1,
            Self::FirstSeen(_) => 2,
            Self::Sequence(_) => 3,
            Self::Session(_) => 4,
        }
    }
}

impl Serialize for FindingValue<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Count(count) | Self::Burst(count) => serializer.serialize_u64(*count),
            Self::FirstSeen(truth) | Self::Sequence(truth) => serializer.serialize_bool(*truth),
            Self::Session(text) => serializer.serialize_str(text),
        }
    }
}

/// Findings about one event, written as one object for each kind with a member for each tracker.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Findings<'a>(pub &'a [Finding<'a>]);

impl<'a> Findings<'a> {
    /// What the tracker of this name found.
    pub(crate) fn of(self, tracker: &str) -> impl Iterator<Item = FindingValue<'a>> {
        self.0.iter().filter(move |finding| finding.tracker == tracker).map(|finding| finding.value)
    }
}

/// For `skip_serializing_if`, which passes a reference.
pub(crate) fn no_findings(findings: &Findings<'_>) -> bool {
    findings.0.is_empty()
}

impl Serialize for Findings<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = serializer.serialize_map(None)?;
        for (member, name) in FindingValue::MEMBERS.iter().enumerate() {
            let of_kind = OfKind { findings: self.0, member };
            if of_kind.iter().next().is_some() {
                members.serialize_entry(name, &of_kind)?;
            }
        }
        members.end()
    }
}

/// The findings of one kind.
struct OfKind<'a> {
    findings: &'a [Finding<'a>],
    member: usize,
}

impl<'a> OfKind<'a> {
    fn iter(&self) -> impl Iterator<Item = &'a Finding<'a>> {
        let member = self.member;
        self.findings.iter().filter(move |finding| finding.value.member() == member)
    }
}

impl Serialize for OfKind<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter().map(|finding| (finding.tracker, finding.value)))
    }
}
