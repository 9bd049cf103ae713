//! What trackers found about one event, in the form in which it is added to the event.

use audit_event::{Finding, FindingValue, Travel};

use super::travel::Journey;

/// What one tracker found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Found {
    Count(u64),
    FirstSeen(bool),
    Sequence(bool),
    Session(Box<str>),
    Travel(Journey),
}

/// The findings, travel apart. `found` names each tracker by its place in `names`.
pub(crate) fn findings<'a>(found: &'a [(usize, Found)], names: &'a [Box<str>]) -> Vec<Finding<'a>> {
    let finding = |(place, found): &'a (usize, Found)| {
        let value = match found {
            &Found::Count(count) => FindingValue::Count(count),
            &Found::FirstSeen(truth) => FindingValue::FirstSeen(truth),
            &Found::Sequence(truth) => FindingValue::Sequence(truth),
            Found::Session(text) => FindingValue::Session(text),
            Found::Travel(_) => return None,
        };
        Some(Finding { tracker: &names[*place], value })
    };
    found.iter().filter_map(finding).collect()
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
