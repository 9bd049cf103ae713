//! Reading what was added to an event: from its member `_falco`, or from the addition itself before it is spliced in.
use std::borrow::Cow;
use std::str::FromStr;

use crate::addition::{Addition, Network, Place, Travel, with_addition};
use crate::event::AuditEvent;
use crate::event_index::Part;
use crate::finding::FindingValue;
use crate::json_value::JsonValue;

impl<'a> AuditEvent<'a> {
    /// When it arrived, in nanoseconds since the Unix epoch.
    pub fn received_at(&self) -> Option<u64> {
        self.added_number(Part::Addition, "received_at", |addition| Some(addition.received_at))
    }

    /// Nanoseconds between happening and arriving; none where a clock that is ahead makes it negative.
    pub fn delay(&self) -> Option<u64> {
        self.received_at()?.checked_sub(self.created_at()?)
    }

    /// How it arrived; see [`Origin`](crate::Origin).
    pub fn origin(&self) -> Option<Cow<'a, str>> {
        self.added_text(Part::Addition, "origin", |addition| Some(addition.origin.as_str()))
    }

    /// Which GitLab sent it.
    pub fn instance(&self) -> Option<Cow<'a, str>> {
        self.added_text(Part::Addition, "instance", |addition| addition.instance)
    }

    /// The city of the event's address.
    pub fn city(&self) -> Option<Cow<'a, str>> {
        self.place("city", |place| place.city)
    }

    /// The country of the event's address.
    pub fn country(&self) -> Option<Cow<'a, str>> {
        self.place("country", |place| place.country)
    }

    /// The ISO 3166 code of the country of the event's address.
    pub fn country_iso_code(&self) -> Option<Cow<'a, str>> {
        self.place("country_iso_code", |place| place.country_iso_code)
    }

    /// The continent of the event's address.
    pub fn continent(&self) -> Option<Cow<'a, str>> {
        self.place("continent", |place| place.continent)
    }

    /// The number of the autonomous system that the event's address is in.
    pub fn asn(&self) -> Option<u64> {
        let asn = |network: Network<'a>| network.asn.map(u64::from);
        self.added_number(Part::Network, "asn", |addition| asn(addition.network?))
    }

    /// Who runs the autonomous system that the event's address is in.
    pub fn as_organization(&self) -> Option<Cow<'a, str>> {
        self.added_text(Part::Network, "organization", |addition| addition.network?.organization)
    }

    /// The address lists that the event's address is on.
    pub fn address_lists(&self) -> Option<Vec<Cow<'a, str>>> {
        match self.addition() {
            Some(addition) => {
                let names = addition.address_lists;
                (!names.is_empty()).then(|| names.iter().map(|name| without_nul(name)).collect())
            }
            None => self.value(Part::Addition, "address_lists").map(JsonValue::texts),
        }
    }

    /// The speed in kilometres an hour that the account must have come with.
    pub fn travel_speed(&self) -> Option<u64> {
        self.travel_number("speed_kmh", |travel| travel.speed_kmh)
    }

    /// The kilometres that the account must have come.
    pub fn travel_distance(&self) -> Option<u64> {
        self.travel_number("distance_km", |travel| travel.distance_km)
    }

    /// The ISO 3166 code of the country that the account came from.
    pub fn travel_from_country(&self) -> Option<Cow<'a, str>> {
        self.added_text(Part::Travel, "from_country", |addition| addition.travel?.from_country)
    }

    /// What went wrong, in one word, where the event reports a problem of ours.
    pub fn plugin_error_kind(&self) -> Option<Cow<'a, str>> {
        self.added_text(Part::PluginError, "kind", |addition| addition.plugin_error.map(|error| error.kind))
    }

    /// What went wrong and what to do, where the event reports a problem of ours.
    pub fn plugin_error_message(&self) -> Option<Cow<'a, str>> {
        self.added_text(Part::PluginError, "message", |addition| addition.plugin_error.map(|error| error.message))
    }

    /// How often it went wrong since the last such event.
    pub fn plugin_error_count(&self) -> Option<u64> {
        self.added_number(Part::PluginError, "count", |addition| addition.plugin_error.map(|error| error.count))
    }

    /// What the tracker of this name counted.
    pub fn count(&self, tracker: &str) -> Option<u64> {
        self.found_number(Part::Count, tracker, |found| match found {
            FindingValue::Count(count) => Some(count),
            _ => None,
        })
    }

    /// What the tracker of this name counted, where it is more than at any event within a window before.
    pub fn burst(&self, tracker: &str) -> Option<u64> {
        self.found_number(Part::Burst, tracker, |found| match found {
            FindingValue::Burst(count) => Some(count),
            _ => None,
        })
    }

    /// Whether the tracker of this name never saw the value before.
    pub fn first_seen(&self, tracker: &str) -> Option<bool> {
        self.found_number(Part::FirstSeen, tracker, |found| match found {
            FindingValue::FirstSeen(truth) => Some(truth),
            _ => None,
        })
    }

    /// Whether the event completes the sequence of the tracker of this name.
    pub fn sequence(&self, tracker: &str) -> Option<bool> {
        self.found_number(Part::Sequence, tracker, |found| match found {
            FindingValue::Sequence(truth) => Some(truth),
            _ => None,
        })
    }

    /// What is known of the session of the tracker of this name that the event lies in.
    pub fn session(&self, tracker: &str) -> Option<Cow<'a, str>> {
        let of = |addition: &'a Addition<'a>| {
            addition.findings.of(tracker).find_map(|found| match found {
                FindingValue::Session(text) => Some(text),
                _ => None,
            })
        };
        self.added_text(Part::Session, tracker, of)
    }

    /// The event's text as a host gets it: with the addition spliced in, where that is still to be done.
    pub fn enriched_json(&self) -> Cow<'a, str> {
        match self.addition() {
            Some(addition) => Cow::Owned(with_addition(self.json(), addition)),
            None => Cow::Borrowed(self.json()),
        }
    }

    fn found_number<T: FromStr>(
        &self,
        part: Part,
        tracker: &str,
        of: impl Fn(FindingValue<'a>) -> Option<T>,
    ) -> Option<T> {
        match self.addition() {
            Some(addition) => addition.findings.of(tracker).find_map(of),
            None => self.value(part, tracker)?.json().parse().ok(),
        }
    }

    fn place(&self, name: &str, of: impl Fn(Place<'a>) -> Option<&'a str>) -> Option<Cow<'a, str>> {
        self.added_text(Part::Place, name, |addition| of(addition.place?))
    }

    fn travel_number(&self, name: &str, of: impl Fn(Travel<'a>) -> u64) -> Option<u64> {
        self.added_number(Part::Travel, name, |addition| addition.travel.map(of))
    }

    fn added_text(
        &self,
        part: Part,
        name: &str,
        of: impl FnOnce(&'a Addition<'a>) -> Option<&'a str>,
    ) -> Option<Cow<'a, str>> {
        match self.addition() {
            Some(addition) => of(addition).map(without_nul),
            None => self.value(part, name).map(JsonValue::text),
        }
    }

    fn added_number(&self, part: Part, name: &str, of: impl FnOnce(&'a Addition<'a>) -> Option<u64>) -> Option<u64> {
        match self.addition() {
            Some(addition) => of(addition),
            None => self.value(part, name)?.json().parse().ok(),
        }
    }
}

/// As [`decode`](crate::json_string::decode) reads it from the text.
fn without_nul(text: &str) -> Cow<'_, str> {
    if text.contains('\0') { Cow::Owned(text.replace('\0', "\u{fffd}")) } else { Cow::Borrowed(text) }
}
