//! Turns an event as it arrived into an event as rules see it.

use audit_event::{Addition, EventIndex, Origin, ParseError, with_addition};

use crate::CityDatabase;

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

/// An event with what we know about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnrichedEvent {
    /// The event's own bytes with the member `_falco` spliced in last.
    pub json: String,
    /// When it happened, in nanoseconds since the Unix epoch: `created_at`, or the arrival where that is missing.
    pub time: u64,
}

/// Adds what is known to one event after the other.
#[derive(Debug, Default)]
pub struct Enricher {
    city_database: Option<CityDatabase>,
    index: EventIndex,
}

impl Enricher {
    /// An enricher with the databases there are.
    pub fn new(city_database: Option<CityDatabase>) -> Self {
        Self { city_database, index: EventIndex::default() }
    }

    /// The event with what we know about it.
    ///
    /// An event that cannot be indexed comes out all the same, without a place and with its arrival for a time; the
    /// error tells why, so that it can be reported.
    pub fn enrich(&mut self, json: &str, arrival: Arrival<'_>) -> (EnrichedEvent, Result<(), ParseError>) {
        let event = self.index.parse_received(json);
        let place = event.ok().and_then(|event| self.city_database.as_ref()?.place(event.address()?));
        let time = event.ok().and_then(|event| event.created_at());
        let Arrival { received_at, origin, instance } = arrival;
        let addition = Addition { instance, place, ..Addition::new(received_at, origin) };
        let enriched = EnrichedEvent { json: with_addition(json, &addition), time: time.unwrap_or(received_at) };
        (enriched, event.map(|_| ()))
    }
}

#[cfg(test)]
mod tests {
    use audit_event::{FieldValue, field};

    use super::*;

    const ARRIVAL: Arrival<'_> =
        Arrival { received_at: 1_700_000_000_000_000_000, origin: Origin::Webhook, instance: Some("eu") };

    fn text(json: &str, name: &str) -> Option<String> {
        let mut index = EventIndex::default();
        let event = index.parse(json).unwrap();
        match field(name).unwrap().extract(&event, None)? {
            FieldValue::Text(text) => Some(text.into_owned()),
            other => Some(format!("{other:?}")),
        }
    }

    #[test]
    fn the_senders_bytes_come_first_and_unchanged() {
        let json = r#"{ "id" : 1,  "created_at":"2023-11-14T22:13:21Z", "x": "a & b" }"#;
        let (event, result) = Enricher::default().enrich(json, ARRIVAL);
        assert_eq!(result, Ok(()));
        assert!(event.json.starts_with(json.trim_end_matches('}')), "{}", event.json);
        assert_eq!(text(&event.json, "gitlab.instance").as_deref(), Some("eu"));
        assert_eq!(text(&event.json, "gitlab.origin").as_deref(), Some("webhook"));
    }

    #[test]
    fn the_time_is_created_at_else_the_arrival() {
        let mut enricher = Enricher::default();
        let (event, _) = enricher.enrich(r#"{"created_at":"2023-11-14T22:13:21.5Z"}"#, ARRIVAL);
        assert_eq!(event.time, 1_700_000_001_500_000_000);
        for json in ["{}", r#"{"created_at":"yesterday"}"#, r#"{"created_at":7}"#] {
            assert_eq!(enricher.enrich(json, ARRIVAL).0.time, ARRIVAL.received_at, "{json}");
        }
    }

    #[test]
    fn a_place_that_the_sender_claims_is_not_believed() {
        let json = r#"{"_falco":{"place":{"country":"Nowhere"}}}"#;
        let (event, _) = Enricher::default().enrich(json, ARRIVAL);
        assert_eq!(text(&event.json, "gitlab.country"), None);
    }

    #[test]
    fn an_event_that_cannot_be_indexed_still_comes_out() {
        let members: Vec<String> = (0..2000).map(|number| format!("\"k{number}\":1")).collect();
        let json = format!("{{{}}}", members.join(","));
        let (event, result) = Enricher::default().enrich(&json, ARRIVAL);
        assert!(result.is_err());
        assert!(event.json.starts_with(json.trim_end_matches('}')));
    }
}
