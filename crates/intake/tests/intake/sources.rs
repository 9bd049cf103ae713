//! Where requests may come from, whom they are from, and what becomes of those that fail again and again.

use std::time::{Duration, Instant};

use intake::{Inbox, Limits, Networks, ProblemKind, Settings};

use crate::client::{post, post_with};
use crate::server::{Server, TOKEN, settings};
use crate::tls::{data, directory, https, tls_client};

fn networks(items: &[&str]) -> Networks {
    Networks::parse(items.iter().copied()).unwrap()
}

/// A server that accepts `sources` and believes `proxies`.
fn server(sources: &[&str], proxies: &[&str]) -> Server {
    let settings = Settings {
        allowed_sources: Some(networks(sources)),
        trusted_proxies: networks(proxies),
        ..settings("http://127.0.0.1:0/")
    };
    Server::with(settings, Inbox::default())
}

/// A post with the right token, forwarded for `list`.
fn forwarded_for(list: &str) -> Vec<u8> {
    post_with(&format!("X-Gitlab-Event-Streaming-Token: {TOKEN}\r\nX-Forwarded-For: {list}\r\n"), b"{}")
}

#[test]
fn a_request_from_elsewhere_is_403_whatever_it_shows() {
    let server = server(&["gitlab.com"], &[]);
    let answer = server.post(b"{}");
    assert_eq!((answer.status, &*answer.body), (403, "requests from your address are not accepted"));
    assert_eq!(server.request("GET /x HTTP/1.1\r\nHost: x\r\n\r\n").status, 403);
    assert_eq!(server.request(post_with("", b"{}")).status, 403);
    assert_eq!(server.texts().len(), 0);
    assert_eq!(server.rejected(), [("requests_rejected_source", 3)]);
    let [problem] = server.problems().try_into().unwrap();
    assert_eq!(problem.kind, ProblemKind::SourceForbidden);
    assert!(problem.message.contains("127.0.0.1") && problem.message.contains("AllowedSources"), "{}", problem.message);
}

#[test]
fn a_request_from_an_allowed_source_is_taken() {
    assert_eq!(server(&["192.0.2.1", "127.0.0.0/8"], &[]).post(b"{}").status, 200);
}

#[test]
fn over_tls_a_connection_from_elsewhere_is_closed_before_the_handshake() {
    let directory = directory(&data("ec.crt"), &data("ec.sec1.key"));
    let https = |proxies: &[&str]| Settings {
        allowed_sources: Some(networks(&["gitlab.com"])),
        trusted_proxies: networks(proxies),
        ..https(directory.path(), Limits::default())
    };
    let server = Server::with(https(&[]), Inbox::default());
    server.connect().expect_end();
    assert_eq!(server.wait_for_problem().kind, ProblemKind::SourceForbidden);
    assert_eq!((server.metric("requests_rejected_source"), server.metric("tls_handshakes_failed")), (1, 0));
    // A trusted proxy may speak for somebody who is allowed.
    let server = Server::with(https(&["127.0.0.1"]), Inbox::default());
    let mut proxy = tls_client(&server, &data("ec.crt"), &[&rustls::version::TLS13]);
    assert_eq!(proxy.request(forwarded_for("34.74.90.64")).status, 200);
    assert_eq!(proxy.request(forwarded_for("192.0.2.1")).status, 403);
}

#[test]
fn a_forged_forwarding_of_a_peer_that_is_no_proxy_is_not_believed() {
    let server = server(&["gitlab.com"], &["10.0.0.0/8"]);
    assert_eq!(server.request(forwarded_for("34.74.90.64")).status, 403);
    let other = self::server(&["127.0.0.1"], &[]);
    assert_eq!(other.request(forwarded_for("192.0.2.1")).status, 200);
}

#[test]
fn a_trusted_proxy_speaks_for_its_client_and_not_for_what_the_client_wrote() {
    let server = server(&["gitlab.com"], &["127.0.0.1"]);
    assert_eq!(server.request(forwarded_for("34.74.90.64")).status, 200);
    assert_eq!(server.request(forwarded_for("192.0.2.1, 34.74.90.64")).status, 200);
    assert_eq!(server.request(forwarded_for("34.74.90.64, 192.0.2.1")).status, 403);
    assert_eq!(server.request(forwarded_for("34.74.90.64, garbage")).status, 403);
    assert_eq!(server.post(b"{}").status, 403);
}

#[test]
fn who_fails_is_named_by_the_address_the_proxy_tells() {
    let server = Server::with(
        Settings { trusted_proxies: networks(&["127.0.0.1"]), ..settings("http://127.0.0.1:0/") },
        Inbox::default(),
    );
    assert_eq!(server.request(post_with("X-Forwarded-For: 192.0.2.77\r\n", b"{}")).status, 401);
    let [problem] = server.problems().try_into().unwrap();
    assert_eq!(problem.message, "a request from 192.0.2.77 came with no token");
}

#[test]
fn a_source_that_fails_again_and_again_is_answered_late_and_does_not_lock_out_a_neighbour_with_the_token() {
    let server = Server::start();
    let wrong = post_with("X-Gitlab-Event-Streaming-Token: wrong\r\n", b"{}");
    for _ in 0..15 {
        assert_eq!(server.request(&wrong).status, 401);
    }
    // From here on an answer takes a quarter of a second; one that comes before it was not held back.
    let mut attacker = server.connect();
    let asked = Instant::now();
    attacker.send(&wrong);
    assert_eq!(server.request(post(b"{\"id\":1}")).status, 200);
    let neighbour = asked.elapsed();
    assert_eq!(attacker.answer().status, 401);
    assert!(neighbour < asked.elapsed());
    assert!(asked.elapsed() >= Duration::from_millis(250));
    assert_eq!(server.texts(), ["{\"id\":1}"]);
}

#[test]
fn answers_held_back_leave_connections_for_others() {
    let server = Server::with_limits(Limits { connections: 8, ..Limits::default() });
    let wrong = post_with("X-Gitlab-Event-Streaming-Token: wrong\r\n", b"{}");
    for _ in 0..12 {
        assert_eq!(server.request(&wrong).status, 401);
    }
    let mut attackers: Vec<_> = (0..6).map(|_| server.connect()).collect();
    for attacker in &mut attackers {
        attacker.send(&wrong);
    }
    // Two may wait, a quarter of the connections; the other four are answered and their connections are closed or idle.
    assert_eq!(server.post(b"{}").status, 200);
    for attacker in &mut attackers {
        assert_eq!(attacker.answer().status, 401);
    }
}
