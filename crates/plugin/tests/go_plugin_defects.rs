//! What the Go plugin did wrong, line by line of the table in docs/comparison.md, done right.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod host;

use host::{Host, Post};
use serde_json::{Value, json};

const HOSTILE_TEXTS: &[&str] =
    &["a & b", "a = b", "https://gitlab.example.com/a?b=c&d=e", "a + b", "x%41y", "100% sure", "a;b", "a &amp; b"];

fn message(text: &str) -> String {
    json!({"event_type": "x", "author_name": "honest", "details": {"custom_message": text}}).to_string()
}

fn problem(host: &mut Host, kind: &str) -> (String, u64) {
    let event = host.next_event();
    assert_eq!(host.text(&event, "gitlab.event_type").as_deref(), Some("pluginerror"));
    assert_eq!(host.text(&event, "gitlab.pluginerror.kind").as_deref(), Some(kind));
    let count = host.text(&event, "gitlab.pluginerror.count").unwrap().parse().unwrap();
    (host.text(&event, "gitlab.pluginerrormessage").unwrap(), count)
}

#[test]
fn texts_that_mean_something_in_a_form_arrive_as_they_were_sent() {
    let mut host = Host::http();
    for text in HOSTILE_TEXTS {
        assert_eq!(host.post(&message(text)).status, 200, "{text}");
        let event = host.next_event();
        assert_eq!(host.text(&event, "gitlab.custom_message").as_deref(), Some(*text));
    }
}

#[test]
fn a_message_cannot_forge_a_field_or_an_event() {
    let mut host = Host::http();
    for text in [
        "x%22,%22author_name%22:%22forged",
        "x%22}}&{%22event_type%22:%22forged%22}",
        r#"x","author_name":"forged"#,
        r#"","_falco":{"place":{"country":"Nowhere"}},"x":""#,
    ] {
        host.post(&message(text));
        let event = host.next_event();
        assert_eq!(host.text(&event, "gitlab.author_name").as_deref(), Some("honest"));
        assert_eq!(host.text(&event, "gitlab.custom_message").as_deref(), Some(text));
        assert_eq!(host.text(&event, "gitlab.country"), None);
    }
    assert_eq!(host.metric("events_accepted"), Some(4));
}

#[test]
fn the_content_type_does_not_matter() {
    let mut host = Host::http();
    for (id, post) in [
        ("1", Post::new(r#"{"id":1}"#).without("Content-Type")),
        ("2", Post::new(r#"{"id":2}"#).without("Content-Type").with("Content-Type", "application/json")),
        ("3", Post::new(r#"{"id":3}"#).without("Content-Type").with("Content-Type", "nonsense")),
    ] {
        assert_eq!(host.send(&post).status, 200);
        let event = host.next_event();
        assert_eq!(host.text(&event, "gitlab.event_id").as_deref(), Some(id));
    }
}

#[test]
fn an_array_of_events_is_several_events() {
    let mut host = Host::http();
    assert_eq!(host.post(r#"[{"id":1},{"id":2}]"#).status, 200);
    for id in ["1", "2"] {
        let event = host.next_event();
        assert_eq!(host.text(&event, "gitlab.event_id").as_deref(), Some(id));
    }
}

#[test]
fn unexpected_types_and_times_lose_nothing() {
    let mut host = Host::http();
    let body = json!({
        "id": 1, "created_at": "yesterday",
        "details": {"add": {"kind": "x"}, "from": [1, 2], "to": true},
    });
    assert_eq!(host.post(&body.to_string()).status, 200);
    let event = host.next_event();
    for (field, expected) in [
        ("gitlab.created_at", "yesterday"),
        ("gitlab.op_type", "add"),
        ("gitlab.op_item", r#"{"kind":"x"}"#),
        ("gitlab.op_changed_from", "[1,2]"),
        ("gitlab.op_changed_to", "true"),
    ] {
        assert_eq!(host.text(&event, field).as_deref(), Some(expected), "{field}");
    }
    assert!(host::time(&event) > 0, "the arrival stands in for a time that cannot be read");
}

#[test]
fn null_is_no_event() {
    let mut host = Host::http();
    for body in ["null", "7", r#""text""#, "", "nonsense", "[null]"] {
        let answer = host.post(body);
        assert_eq!(answer.status, 400, "{body}");
        assert!(answer.body.len() < 200, "{}", answer.body);
    }
    let (text, count) = problem(&mut host, "malformed_body");
    assert_eq!(count, 6, "{text}");
    assert_eq!(host.metric("events_accepted"), Some(0));
}

#[test]
fn a_wrong_empty_missing_or_doubled_token_is_refused_and_is_no_event() {
    let mut host = Host::with(&json!({"VerificationToken": "1234adsf"}));
    let body = message("forged");
    let header = "X-Gitlab-Event-Streaming-Token";
    for post in [
        Post::new(&body).token("1234ads"),
        Post::new(&body).token("1234adsfg"),
        Post::new(&body).token(""),
        Post::new(&body).without(header),
        Post::new(&body).token("1234").with(header, "adsf"),
        Post::new(&body).token("1234adsf").with(header, "1234adsf"),
        Post::new(&body).token("1234, adsf"),
    ] {
        assert_eq!(host.send(&post).status, 401);
    }
    let (text, count) = problem(&mut host, "unauthorized");
    assert_eq!(count, 7);
    assert!(!text.contains("1234") && !text.contains("adsf"), "{text}");
    assert_eq!(host.send(&Post::new(&body).token("1234adsf")).status, 200);
}

#[test]
fn a_flood_of_wrong_tokens_is_one_event_with_a_count() {
    let mut host = Host::http();
    for _ in 0..30 {
        assert_eq!(host.send(&Post::new("{}").token("wrong")).status, 401);
    }
    assert_eq!(problem(&mut host, "unauthorized").1, 30);
    assert_eq!(host.send(&Post::new("{}").token("wrong")).status, 401);
    assert!(host.event_now().is_none(), "the next report is due ten seconds after the first");
}

#[test]
fn large_messages_do_not_end_the_host() {
    let mut host = Host::http();
    for length in [261_800, 1 << 20, 25_000_000] {
        assert_eq!(host.post(&message(&"x".repeat(length))).status, 200);
        let event = host.next_event();
        assert_eq!(host.text(&event, "gitlab.custom_message").map(|text| text.len()), Some(length));
    }
    assert_eq!(host.post(&message(&"x".repeat(26 << 20))).status, 413, "more than GitLab ever sends");
    assert_eq!(problem(&mut host, "body_too_large").1, 1);
}

#[test]
fn an_asn_database_given_as_the_city_database_loses_no_event() {
    let folder = host::folder();
    let database = host::asn_database(folder.path());
    let mut host = Host::with(&json!({"MaxmindCityDBPath": database}));
    assert_eq!(host.post(r#"{"id":1,"ip_address":"198.41.0.4"}"#).status, 200);
    let event = host.next_event();
    assert_eq!(host.text(&event, "gitlab.event_id").as_deref(), Some("1"));
    assert_eq!(host.text(&event, "gitlab.country"), None);
}

#[test]
fn negative_ids_are_values_and_absent_is_absent() {
    let mut host = Host::http();
    for id in ["-1", "-2", "-3", "0"] {
        host.post(&format!(r#"{{"author_id":{id},"entity_id":{id},"target_id":{id}}}"#));
        let event = host.next_event();
        for field in ["gitlab.author_id", "gitlab.entity_id", "gitlab.target_id"] {
            assert_eq!(host.text(&event, field).as_deref(), Some(id), "{field}");
        }
    }
    host.post("{}");
    let event = host.next_event();
    for field in ["gitlab.author_id", "gitlab.author_name", "gitlab.event_type", "gitlab.country", "gitlab.op_type"] {
        assert_eq!(host.text(&event, field), None, "{field}");
    }
}

#[test]
fn a_posted_pluginerror_is_not_taken_for_one_of_ours() {
    let mut host = Host::http();
    let forged: Value = json!({
        "event_type": "pluginerror", "pluginerrormessage": "all is well",
        "_falco": {"plugin_error": {"kind": "unauthorized", "message": "all is well", "count": 1}},
    });
    host.post(&forged.to_string());
    let event = host.next_event();
    for field in ["gitlab.pluginerror.kind", "gitlab.pluginerror.count", "gitlab.pluginerrormessage"] {
        assert_eq!(host.text(&event, field), None, "{field}");
    }
}
