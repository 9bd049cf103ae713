//! What the Go plugin gets wrong about events (measured, HEAD 07b568a of an1245/falco-plugin-gitlab), done right here.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, in its helper functions too")]

use audit_event::{Addition, BodyError, EventIndex, FieldValue, JsonKind, Origin, events, field, with_addition};

/// The texts of a field in all events of a body, read the way an event travels.
fn texts(body: &str, name: &str) -> Vec<Option<String>> {
    let addition = Addition::new(0, Origin::Webhook);
    let mut index = EventIndex::default();
    events(body.as_bytes())
        .map(|json| {
            let event = with_addition(json.unwrap(), &addition);
            match field(name).unwrap().extract(&index.parse(&event).unwrap(), None) {
                Some(FieldValue::Text(text)) => Some(text.into_owned()),
                _ => None,
            }
        })
        .collect()
}

fn text(body: &str, name: &str) -> Option<String> {
    let [text] = texts(body, name).try_into().unwrap();
    text
}

#[test]
fn a_body_is_json_and_no_form() {
    for typed in
        ["a&b", "a=b", "https://gitlab.example.test/x?y=1&z=2", "a + b", "x%41y", "100% sure", "a;b", "b&amp;c"]
    {
        let body = format!(r#"{{"event_type":"x","author_name":"{typed}","details":{{"custom_message":"{typed}"}}}}"#);
        assert_eq!(text(&body, "gitlab.author_name").as_deref(), Some(typed));
        assert_eq!(text(&body, "gitlab.custom_message").as_deref(), Some(typed));
    }
}

#[test]
fn percent_escapes_in_a_message_forge_nothing() {
    let message = "x%22,%22author_name%22:%22forged%22}}&{";
    let body = format!(r#"{{"author_name":"real","details":{{"custom_message":"{message}"}}}}"#);
    assert_eq!(text(&body, "gitlab.author_name").as_deref(), Some("real"));
    assert_eq!(text(&body, "gitlab.custom_message").as_deref(), Some(message));
}

#[test]
fn an_array_of_events_is_taken() {
    assert_eq!(
        texts(r#"[{"id":1},{"id":"6f1d1c0e"}]"#, "gitlab.event_id"),
        [Some("1".to_owned()), Some("6f1d1c0e".to_owned())]
    );
}

#[test]
fn values_that_are_no_strings_are_taken() {
    let body = r#"{"details":{"change":["a",1],"from":true,"to":{"b":null}}}"#;
    assert_eq!(text(body, "gitlab.op_type").as_deref(), Some("change"));
    assert_eq!(text(body, "gitlab.op_item").as_deref(), Some(r#"["a",1]"#));
    assert_eq!(text(body, "gitlab.op_changed_from").as_deref(), Some("true"));
    assert_eq!(text(body, "gitlab.op_changed_to").as_deref(), Some(r#"{"b":null}"#));
    assert_eq!(text(r#"{"details":{"add":7}}"#, "gitlab.op_item").as_deref(), Some("7"));
}

#[test]
fn a_time_that_is_not_rfc_3339_is_taken() {
    for created_at in [r#""yesterday""#, "1770714927", "null", "[]"] {
        let body = format!(r#"{{"event_type":"x","created_at":{created_at}}}"#);
        assert_eq!(text(&body, "gitlab.event_type").as_deref(), Some("x"));
    }
}

#[test]
fn null_is_no_event() {
    let cut: Vec<_> = events(b"null").collect();
    assert_eq!(cut, [Err(BodyError::NotAnObject { found: JsonKind::Null })]);
}

#[test]
fn negative_ids_are_values() {
    for id in ["-1", "-2", "-3"] {
        let body = format!(r#"{{"author_id":{id},"entity_id":{id},"target_id":{id}}}"#);
        for name in ["gitlab.author_id", "gitlab.entity_id", "gitlab.target_id"] {
            assert_eq!(text(&body, name).as_deref(), Some(id));
        }
    }
}

#[test]
fn absent_is_absent() {
    for field in audit_event::FIELDS {
        let mut index = EventIndex::default();
        let event = index.parse("{}").unwrap();
        let always_known = (field.name == "gitlab.attempt_failed").then_some(FieldValue::Bool(false));
        assert_eq!(field.extract(&event, Some("key")), always_known, "{}", field.name);
    }
}

#[test]
fn a_message_of_any_length_is_taken() {
    let message = "m".repeat(26_000_000);
    let body = format!(r#"{{"event_type":"x","details":{{"custom_message":"{message}"}}}}"#);
    assert!(text(&body, "gitlab.custom_message").is_some_and(|read| read == message));
}
