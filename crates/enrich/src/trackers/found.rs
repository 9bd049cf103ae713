//! What trackers found about one event, in the form in which it is added to the event.

use audit_event::{Finding, FindingValue, Travel};

use smallvec::SmallVec;

use super::travel::Journey;

/// What one tracker found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Found {
    Count {
        count: u64,
        /// The height that is reached for the first time within a window.
        height: Option<u64>,
    },
    FirstSeen(bool),
    Sequence(bool),
    Session(Box<str>),
    Travel(Journey),
}

/// The findings, travel apart. `found` names each tracker by its place in `names`.
pub(crate) fn findings<'a>(found: &'a [(usize, Found)], names: &'a [Box<str>]) -> SmallVec<[Finding<'a>; 16]> {
    let findings = |(place, found): &'a (usize, Found)| {
        let (value, burst) = match found {
            &Found::Count { count, height } => (Some(FindingValue::Count(count)), height.map(FindingValue::Burst)),
            &Found::FirstSeen(truth) => (Some(FindingValue::FirstSeen(truth)), None),
            &Found::Sequence(truth) => (Some(FindingValue::Sequence(truth)), None),
            Found::Session(text) => (Some(FindingValue::Session(text)), None),
            Found::Travel(_) => (None, None),
        };
        let tracker = &*names[*place];
        value.into_iter().chain(burst).map(move |value| Finding { tracker, value })
    };
    found.iter().flat_map(findings).collect()
}

/// How the event's account came to its place.
pub(crate) fn travel(found: &[(usize, Found)]) -> Option<Travel<'_>> {
    found.iter().find_map(|(_, found)| match found {
        Found::Travel(journey) => Some(Travel {
            speed_kmh: journey.speed_kmh,
            distance_km: journey.distance_km,
            from_country: journey.from_country.as_ref().and_then(|country| std::str::from_utf8(country).ok()),
        }),
        _ => None,
    })
}
