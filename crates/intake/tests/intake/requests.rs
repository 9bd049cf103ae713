//! What a well-meant request gets.

use std::time::{SystemTime, UNIX_EPOCH};

use audit_event::Origin;
use intake::{Inbox, Settings};

use crate::client::{post, post_with};
use crate::server::{Server, TOKEN, settings};

const EVENT: &str = r#"{"id":1,"event_type":"user_impersonation","author_name":"M\u00fcller & Co"}"#;

fn request(method: &str, target: &str) -> String {
    format!(
        "{method} {target} HTTP/1.1\r\nHost: x\r\nX-Gitlab-Event-Streaming-Token: {TOKEN}\r\nContent-Length: 2\r\n\r\n{{}}"
    )
}

#[test]
fn an_event_is_answered_200_and_arrives_byte_for_byte() {
    let server = Server::start();
    let before = nanoseconds();
    let answer = server.post(EVENT);
    assert_eq!((answer.status, &*answer.body), (200, "Request Successful"));
    let [event] = server.events().try_into().unwrap();
    assert_eq!(&*event.json, EVENT);
    assert_eq!(event.origin, Origin::Webhook);
    assert_eq!(event.instance.as_deref(), Some("gitlab.example"));
    assert!((before..=nanoseconds()).contains(&event.received_at));
    assert_eq!(server.problems(), []);
}

fn nanoseconds() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos().try_into().unwrap()
}

#[test]
fn the_answer_does_not_wait_for_anybody_to_take_the_event() {
    let server = Server::start();
    for _ in 0..100 {
        assert_eq!(server.post(EVENT).status, 200);
    }
    assert_eq!((server.metric("events_queued"), server.metric("events_accepted")), (100, 100));
    assert!(server.metric("queued_bytes") > 100 * EVENT.len() as u64);
    assert_eq!(server.events().len(), 100);
    assert_eq!((server.metric("events_queued"), server.metric("queued_bytes")), (0, 0));
}

#[test]
fn an_array_and_lines_of_events_are_many_events() {
    let server = Server::start();
    assert_eq!(server.post(r#"[{"a":1}, {"b":2}]"#).status, 200);
    assert_eq!(server.post("{\"c\":3}\n{\"d\":4}\n").status, 200);
    assert_eq!(server.texts(), [r#"{"a":1}"#, r#"{"b":2}"#, r#"{"c":3}"#, r#"{"d":4}"#]);
}

#[test]
fn an_empty_array_is_no_mistake() {
    let server = Server::start();
    assert_eq!(server.post("[]").status, 200);
    assert_eq!((server.texts().len(), server.problems().len()), (0, 0));
}

#[test]
fn a_body_that_is_partly_an_event_is_accepted_in_that_part() {
    let server = Server::start();
    assert_eq!(server.post(r#"[1, {"a":1}, null]"#).status, 200);
    assert_eq!(server.texts(), [r#"{"a":1}"#]);
    let [problem] = server.problems().try_into().unwrap();
    assert_eq!((problem.kind.as_str(), problem.count), ("malformed_body", 2));
    assert_eq!(server.rejected(), [("events_rejected_malformed", 2)]);
}

#[test]
fn a_body_without_an_event_is_answered_400_with_a_reason() {
    let server = Server::start();
    for (body, reason) in [
        ("", "the body is empty"),
        ("null", "an event is a JSON object, not null"),
        ("1", "an event is a JSON object, not a number"),
        ("secret=hunter2", "what begins at byte 0 is not JSON"),
        (r#"{"secret":"hunter2"#, "what begins at byte 0 is not JSON"),
    ] {
        let answer = server.post(body);
        assert_eq!(answer.status, 400, "{body}");
        assert!(answer.body.starts_with(reason), "{body}: {}", answer.body);
        assert!(!answer.body.contains("hunter2"));
    }
    assert_eq!(server.texts().len(), 0);
    for problem in server.problems() {
        assert!(!problem.message.contains("hunter2"), "{}", problem.message);
    }
}

#[test]
fn any_method_but_post_is_405() {
    let server = Server::start();
    for method in ["GET", "PUT", "DELETE", "OPTIONS", "PATCH", "NONSENSE"] {
        let answer = server.request(request(method, "/"));
        assert_eq!(answer.status, 405, "{method}");
        assert!(answer.head.contains("\r\nallow: post\r\n"), "{}", answer.head);
    }
    assert_eq!(server.rejected(), [("requests_rejected_method", 6)]);
    assert_eq!((server.texts().len(), server.problems().len()), (0, 0));
}

#[test]
fn head_is_405_too() {
    let server = Server::start();
    let mut client = server.connect();
    client.send("HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    let answer = client.rest();
    assert!(answer.starts_with("HTTP/1.1 405 "), "{answer}");
    assert!(answer.ends_with("\r\n\r\n"), "{answer}");
}

#[test]
fn only_the_configured_path_is_served() {
    let server = Server::with(settings("http://127.0.0.1:0/gitlab"), Inbox::default());
    for target in ["/gitlab", "/gitlab/", "/gitlab?x=/other", "http://anything.example/gitlab"] {
        assert_eq!(server.request(request("POST", target)).status, 200, "{target}");
    }
    for target in ["/", "/gitlab/x", "/GITLAB", "/other?/gitlab", "/x/../gitlab"] {
        assert_eq!(server.request(request("POST", target)).status, 404, "{target}");
    }
    assert_eq!(server.texts().len(), 4);
    assert_eq!(server.rejected(), [("requests_rejected_path", 5)]);
    assert_eq!(server.problems(), []);
}

#[test]
fn any_path_is_served_where_none_is_configured() {
    let server = Server::start();
    for target in ["/", "/gitlab", "/a/b?c"] {
        assert_eq!(server.request(request("POST", target)).status, 200, "{target}");
    }
}

#[test]
fn a_request_without_the_one_right_token_is_401_and_no_event() {
    let server = Server::start();
    let long = "x".repeat(10_000);
    let cut = &TOKEN[..TOKEN.len() - 1];
    let lower = TOKEN.to_ascii_lowercase();
    for tokens in [&[][..], &[""], &["wrong"], &[cut], &[&format!("{TOKEN}x")], &[&lower], &[&long], &["1234", "adsf"]]
    {
        let line = |token: &&str| format!("X-Gitlab-Event-Streaming-Token: {token}\r\n");
        let lines = tokens.iter().map(line).collect::<Vec<_>>().concat();
        assert_eq!(server.request(post_with(&lines, EVENT.as_bytes())).status, 401, "{tokens:?}");
    }
    assert_eq!(server.texts().len(), 0);
    assert_eq!(server.rejected(), [("requests_rejected_unauthorized", 8)]);
}

#[test]
fn the_right_token_twice_is_401() {
    let server = Server::start();
    let lines = format!("X-Gitlab-Event-Streaming-Token: {TOKEN}\r\n").repeat(2);
    assert_eq!(server.request(post_with(&lines, EVENT.as_bytes())).status, 401);
    let [problem] = server.problems().try_into().unwrap();
    assert_eq!(problem.message, "a request from 127.0.0.1 came with more than one token");
}

#[test]
fn the_name_of_the_token_header_may_be_written_in_any_case() {
    let server = Server::start();
    for name in ["x-gitlab-event-streaming-token", "X-GITLAB-EVENT-STREAMING-TOKEN"] {
        let request = post_with(&format!("{name}: {TOKEN}\r\n"), EVENT.as_bytes());
        assert_eq!(server.request(request).status, 200);
    }
}

#[test]
fn a_connection_can_be_used_for_many_requests() {
    let server = Server::start();
    let mut client = server.connect();
    for _ in 0..10 {
        assert_eq!(client.request(post(EVENT.as_bytes())).status, 200);
        assert_eq!(client.request(post_with("", b"{}")).status, 401);
    }
    assert_eq!(server.metric("connections"), 1);
    assert_eq!(server.metric("connections_open"), 1);
    assert_eq!(server.texts().len(), 10);
}

#[test]
fn a_sender_that_expects_100_continue_is_told_to_go_on() {
    let server = Server::start();
    let head = |token: &str| {
        format!(
            "POST / HTTP/1.1\r\nHost: x\r\nX-Gitlab-Event-Streaming-Token: {token}\r\n\
             Expect: 100-continue\r\nContent-Length: 2\r\n\r\n"
        )
    };
    let mut client = server.connect();
    assert_eq!(client.request(head(TOKEN)).status, 100);
    assert_eq!(client.request("{}").status, 200);
    assert_eq!(server.request(head("wrong")).status, 401);
}

#[test]
fn a_sender_may_close_its_side_before_the_answer() {
    let server = Server::start();
    let mut client = server.connect();
    client.send(post(EVENT.as_bytes()));
    client.stream().shutdown(std::net::Shutdown::Write).unwrap();
    assert_eq!(client.answer().status, 200);
}

#[test]
fn http_1_0_works() {
    let server = Server::start();
    let mut client = server.connect();
    let request = String::from_utf8(post(EVENT.as_bytes())).unwrap().replace("HTTP/1.1", "HTTP/1.0");
    assert_eq!(client.request(request).status, 200);
    client.expect_end();
}

#[test]
fn a_chunked_body_is_put_together() {
    let server = Server::start();
    let head = format!("POST / HTTP/1.1\r\nHost: x\r\nX-Gitlab-Event-Streaming-Token: {TOKEN}\r\n");
    let answer = server.request(head + "Transfer-Encoding: chunked\r\n\r\n3\r\n{\"a\r\n4;x=y\r\n\":1}\r\n0\r\n\r\n");
    assert_eq!(answer.status, 200);
    assert_eq!(server.texts(), [r#"{"a":1}"#]);
}

#[test]
fn events_that_do_not_fit_the_queue_are_503_counted_and_reported() {
    let server = Server::with(settings("http://127.0.0.1:0/"), Inbox::new(1_000));
    assert_eq!(server.post(format!("{{\"a\":\"{}\"}}", "x".repeat(700))).status, 200);
    let answer = server.post(format!("[{{\"b\":\"{0}\"}}, {{\"c\":\"{0}\"}}]", "x".repeat(700)));
    assert_eq!((answer.status, &*answer.body), (503, "the queue is full"));
    let [problem] = server.problems().try_into().unwrap();
    assert_eq!((problem.kind.as_str(), problem.count), ("shed", 2));
    assert_eq!(server.rejected(), [("events_shed_saved", 2)]);

    assert_eq!(server.texts().len(), 1);
    let answer = server.post(format!("[{{\"d\":1}}, {{\"e\":\"{}\"}}]", "x".repeat(1_000)));
    assert_eq!(answer.status, 200, "a part of it was taken");
    assert_eq!(server.texts(), [r#"{"d":1}"#]);
}

#[test]
fn a_closed_inbox_is_503() {
    let server = Server::start();
    server.inbox.close();
    let answer = server.post(EVENT);
    assert_eq!((answer.status, &*answer.body), (503, "the receiver is stopping"));
}

#[test]
fn without_a_host_it_listens_on_ipv4_and_where_there_is_one_on_ipv6() {
    let settings = Settings { ..settings("http://:0/") };
    let server = Server::with(settings, Inbox::default());
    let port = server.receiver.local_address().port();
    for address in ["127.0.0.1", "::1"] {
        let address = std::net::SocketAddr::new(address.parse().unwrap(), port);
        if address.is_ipv4() || server.receiver.local_address().is_ipv6() {
            let mut client = crate::client::Client::connect(address);
            assert_eq!(client.request(post(EVENT.as_bytes())).status, 200, "{address}");
        }
    }
}

#[test]
fn a_name_is_looked_up() {
    let server = Server::with(settings("http://localhost:0/x"), Inbox::default());
    assert!(server.receiver.local_address().ip().is_loopback());
}
