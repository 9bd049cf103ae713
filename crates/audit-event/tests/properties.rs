//! Whatever JSON arrives, it is cut, read and added to as a model built on `serde_json::Value` says.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, in its helper functions too")]

use audit_event::{
    Addition, EventIndex, FIELDS, FieldValue, Finding, FindingValue, Findings, Network, Origin, Place, Travel, events,
    field, with_addition,
};
use proptest::prelude::*;
use serde_json::{Map, Value};

/// Keys and texts that GitLab uses, and some that are made to hurt.
fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        proptest::sample::select(vec![
            "details",
            "author_id",
            "custom_message",
            "_falco",
            "place",
            "to",
            "a.b",
            "a",
            "",
            "null",
            "\u{0}",
            "\"",
            "\\",
            "\u{1f600}",
            "2026-02-10T09:15:27.301Z",
            "Created personal access token with id 1",
            "198.51.100.7, 10.0.0.1",
            "(System)",
            "x (by y)",
        ])
        .prop_map(str::to_owned),
    ]
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        // Eighths: serde_json reads them back exactly.
        any::<i32>().prop_map(|eighths| Value::from(f64::from(eighths) / 8.0)),
        any_text().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 48, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::hash_map(any_text(), inner, 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn any_object() -> impl Strategy<Value = Map<String, Value>> {
    prop::collection::hash_map(any_text(), any_value(), 0..8).prop_map(|members| members.into_iter().collect())
}

/// A NUL would end the text for Falco.
fn without_nul(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

/// The text of a value as the field table defines it.
fn model_text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(without_nul(text)),
        other => Some(other.to_string()),
    }
}

fn extract(json: &str, name: &str, key: Option<&str>) -> Option<String> {
    let mut index = EventIndex::default();
    match field(name).unwrap().extract(&index.parse_received(json).unwrap(), key)? {
        FieldValue::Text(text) => Some(text.into_owned()),
        other => Some(format!("{other:?}")),
    }
}

fn to_json(object: &Map<String, Value>, pretty: bool) -> String {
    if pretty { serde_json::to_string_pretty(object).unwrap() } else { serde_json::to_string(object).unwrap() }
}

proptest! {
    // A failure becomes a test of its own, with a name, instead of a line in a file.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn events_come_out_verbatim(objects in prop::collection::vec((any_object(), any::<bool>()), 1..5), in_array: bool) {
        let sent: Vec<_> = objects.iter().map(|(object, pretty)| to_json(object, *pretty)).collect();
        let body = if in_array { format!("[{}]", sent.join(" , ")) } else { sent.join("\n") };
        let cut: Result<Vec<_>, _> = events(body.as_bytes()).collect();
        prop_assert_eq!(cut.unwrap(), sent);
    }

    #[test]
    fn arbitrary_bytes_are_cut_without_panic_into_objects(body in prop::collection::vec(any::<u8>(), 0..400)) {
        for json in events(&body).flatten() {
            let value: Value = serde_json::from_str(json).unwrap();
            prop_assert!(value.is_object());
        }
    }

    #[test]
    fn json_like_text_is_cut_without_panic_into_objects(body in r#"([\[\]{},:\n "\\]|"a":|\{"a":1\}|null|1|\[\]){0,60}"#) {
        let mut index = EventIndex::default();
        for json in events(body.as_bytes()).flatten() {
            prop_assert!(body.contains(json));
            prop_assert!(index.parse(json).is_ok());
        }
    }

    #[test]
    fn members_are_read_as_the_model_says(object in any_object(), details in any_object(), pretty: bool) {
        let mut object = object;
        object.insert("details".to_owned(), Value::Object(details.clone()));
        let json = to_json(&object, pretty);
        let top_or_details = |name: &str| {
            object.get(name).and_then(model_text).or_else(|| details.get(name).and_then(model_text))
        };
        prop_assert_eq!(extract(&json, "gitlab.author_id", None), top_or_details("author_id"));
        let details_or_top = |name: &str| {
            details.get(name).and_then(model_text).or_else(|| object.get(name).and_then(model_text))
        };
        prop_assert_eq!(extract(&json, "gitlab.op_changed_to", None), details_or_top("to"));
        prop_assert_eq!(extract(&json, "gitlab.custom_message", None), details_or_top("custom_message"));
        for (key, value) in &details {
            let expected = model_text(value);
            // A null under a key with dots leaves the way open for what stands deeper; a rule cannot write a NUL.
            if (expected.is_some() || !key.contains('.')) && !key.contains(['\0', '\u{fffd}']) {
                prop_assert_eq!(extract(&json, "gitlab.details", Some(key)), expected);
            }
        }
    }

    #[test]
    fn an_addition_changes_nothing_and_is_the_one_believed(
        object in any_object(), pretty: bool, received_at: u64, instance in any_text(), city in any_text(),
    ) {
        let sent = to_json(&object, pretty);
        let place = Place { city: Some(&city), ..Place::default() };
        let addition =
            Addition { instance: Some(&instance), place: Some(place), ..Addition::new(received_at, Origin::Webhook) };
        let event = with_addition(&sent, &addition);
        let before_ours = &sent[..sent.len() - 1];
        prop_assert!(event.starts_with(before_ours));
        let mut expected = object.clone();
        expected.insert("_falco".to_owned(), serde_json::to_value(addition).unwrap());
        prop_assert_eq!(serde_json::from_str::<Map<String, Value>>(&event).unwrap(), expected);

        let mut index = EventIndex::default();
        let read = index.parse(&event).unwrap();
        prop_assert_eq!(read.received_at(), Some(received_at));
        prop_assert_eq!(read.instance(), Some(without_nul(&instance).into()));
        prop_assert_eq!(read.city(), Some(without_nul(&city).into()));
        prop_assert_eq!(read.plugin_error_kind(), None);
    }

    #[test]
    fn fields_are_the_same_whether_an_addition_is_spliced_in_or_not(
        object in any_object(), details in any_object(), text in any_text(), number: u64, truth: bool,
    ) {
        let mut object = object;
        object.insert("details".to_owned(), Value::Object(details));
        let sent = to_json(&object, false);
        let found = [
            FindingValue::Count(number),
            FindingValue::Burst(number),
            FindingValue::FirstSeen(truth),
            FindingValue::Sequence(truth),
            FindingValue::Session(&text),
        ];
        let findings = found.map(|value| Finding { tracker: "t", value });
        let addition = Addition {
            instance: Some(&text),
            place: Some(Place { country: Some(&text), ..Place::default() }),
            network: Some(Network { asn: Some(7), organization: Some(&text) }),
            address_lists: &[&text],
            travel: Some(Travel { speed_kmh: number, distance_km: number, from_country: Some(&text) }),
            findings: Findings(&findings),
            ..Addition::new(number, Origin::File)
        };
        let (mut received, mut whole) = (EventIndex::default(), EventIndex::default());
        let before = received.parse_received(&sent).unwrap().with(&addition);
        let event = with_addition(&sent, &addition);
        prop_assert_eq!(before.enriched_json(), event.as_str());
        let after = whole.parse(&event).unwrap();
        for field in FIELDS {
            for key in ["t", "u", "event_name"] {
                prop_assert_eq!(field.extract(&before, Some(key)), field.extract(&after, Some(key)), "{}", field.name);
            }
        }
    }

    #[test]
    fn no_event_makes_a_field_panic_or_hold_a_nul(object in any_object(), key in any_text()) {
        let json = to_json(&object, false);
        let mut index = EventIndex::default();
        let event = index.parse(&json).unwrap();
        for field in FIELDS {
            let texts = match field.extract(&event, Some(&key)) {
                Some(FieldValue::Text(text)) => vec![text],
                Some(FieldValue::TextList(texts)) => texts,
                _ => vec![],
            };
            prop_assert!(texts.iter().all(|text| !text.contains('\0')));
        }
    }
}
