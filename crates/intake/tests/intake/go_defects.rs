//! What the Go plugin this project replaces got wrong on the way in, done right.

use std::time::Duration;

use intake::{Limits, ProblemKind};

use crate::client::post_with;
use crate::server::{Server, TOKEN};

/// Posts an event with this text in it, with GitLab's content type, and expects it back unchanged.
#[track_caller]
fn arrives_verbatim(text: &str) {
    let event = format!(r#"{{"event_type":"x","author_name":"{text}","details":{{"custom_message":"{text}"}}}}"#);
    assert_eq!(post_as("Content-Type: application/x-www-form-urlencoded\r\n", &event), [event]);
}

#[track_caller]
fn post_as(content_type: &str, body: &str) -> Vec<String> {
    let server = Server::start();
    let headers = format!("X-Gitlab-Event-Streaming-Token: {TOKEN}\r\n{content_type}");
    assert_eq!(server.request(post_with(&headers, body.as_bytes())).status, 200);
    assert_eq!(server.problems(), []);
    server.texts()
}

#[test]
fn ampersands_equals_signs_and_queries_in_strings_arrive() {
    arrives_verbatim("a & b &amp; c=d");
    arrives_verbatim("https://example.com/?a=1&b=2");
}

#[test]
fn plus_signs_and_percent_codes_are_not_decoded() {
    arrives_verbatim("a + b");
    arrives_verbatim("x%41y");
}

#[test]
fn percent_signs_and_semicolons_do_not_lose_the_event() {
    arrives_verbatim("100% sure");
    arrives_verbatim("a;b");
}

#[test]
fn percent_codes_cannot_forge_members_or_events() {
    arrives_verbatim("x%22,%22author_name%22:%22forged");
    arrives_verbatim("x%22}}&{%22event_type%22:%22forged%22}");
}

#[test]
fn any_content_type_or_none_will_do() {
    let event = r#"{"event_type":"x"}"#;
    for content_type in ["Content-Type: application/json\r\n", "", "Content-Type: nonsense\r\n", "Content-Type:\r\n"] {
        assert_eq!(post_as(content_type, event), [event], "{content_type}");
    }
}

#[test]
fn an_array_of_events_is_accepted() {
    assert_eq!(post_as("", r#"[{"id":1},{"id":2}]"#), [r#"{"id":1}"#, r#"{"id":2}"#]);
}

#[test]
fn values_of_unexpected_types_do_not_lose_the_event() {
    let event = r#"{"created_at":"yesterday","details":{"add":["a"],"change":{"b":null}}}"#;
    assert_eq!(post_as("", event), [event]);
}

#[test]
fn null_is_a_bad_body_and_no_event() {
    let server = Server::start();
    assert_eq!(server.post("null").status, 400);
    assert_eq!(server.texts().len(), 0);
    assert_eq!(server.problem_kinds(), [ProblemKind::MalformedBody]);
}

#[test]
fn two_token_headers_are_not_joined_into_one_token() {
    let server = Server::start();
    let (front, back) = TOKEN.split_at(4);
    let headers = format!("X-Gitlab-Event-Streaming-Token: {front}\r\nX-Gitlab-Event-Streaming-Token: {back}\r\n");
    assert_eq!(server.request(post_with(&headers, b"{}")).status, 401);
    assert_eq!(server.texts().len(), 0);
}

/// An event of exactly `length` bytes.
fn event_of(length: usize) -> String {
    let frame = r#"{"event_type":"comment_created","details":{"body":""}}"#;
    frame.replace("\"\"", &format!("\"{}\"", "x".repeat(length - frame.len())))
}

#[test]
fn large_events_arrive_whole() {
    let server = Server::start();
    for length in [261_799, 261_800, 1_000_000, 25 * 1024 * 1024] {
        let event = event_of(length);
        assert_eq!(event.len(), length);
        assert_eq!(server.post(&event).status, 200, "{length}");
        assert!(server.texts() == [event], "{length}");
    }
}

#[test]
fn wrong_tokens_are_one_problem_not_one_each() {
    let server = Server::with_limits(Limits { failure_delay: Duration::ZERO, ..Limits::default() });
    for _ in 0..100 {
        assert_eq!(server.request(post_with("", b"{}")).status, 401);
    }
    let [problem] = server.problems().try_into().unwrap();
    assert_eq!((problem.kind, problem.count), (ProblemKind::Unauthorized, 100));
}

#[test]
fn the_token_is_in_no_debug_output() {
    let settings = crate::server::settings("http://127.0.0.1:0/");
    assert!(!format!("{settings:?}").contains(TOKEN));
}
