//! What a sender that means no good can do: nothing.

use std::io::{Read as _, Write as _};
use std::net::Shutdown;
use std::time::Duration;

use intake::{Limits, ProblemKind};

use crate::client::{post, post_with};
use crate::server::{Server, TOKEN, eventually};

const SHORT: Duration = Duration::from_millis(100);

fn head(more: &str) -> String {
    format!("POST / HTTP/1.1\r\nHost: x\r\nX-Gitlab-Event-Streaming-Token: {TOKEN}\r\n{more}\r\n")
}

#[test]
fn a_header_that_never_ends_is_cut() {
    let server = Server::with_limits(Limits { header_timeout: SHORT, ..Limits::default() });
    let mut client = server.connect();
    client.send("POST / HTTP/1.1\r\nX: ");
    client.expect_end();
    eventually("the count", || server.metric("broken_connections") == 1);
}

#[test]
fn a_header_that_comes_byte_by_byte_is_cut_all_the_same() {
    let server = Server::with_limits(Limits { header_timeout: SHORT, ..Limits::default() });
    let client = server.connect();
    let mut stream = client.stream();
    stream.set_read_timeout(Some(SHORT / 10)).unwrap();
    stream.write_all(b"POST / HTTP/1.1\r\nX: ").unwrap();
    // The time-out of the read is the pause between two bytes.
    eventually("the end", || stream.write_all(b"x").is_err() || stream.read(&mut [0; 16]).is_ok());
    eventually("the count", || server.metric("connections_open") == 0);
}

#[test]
fn an_idle_connection_is_closed() {
    let server = Server::with_limits(Limits { header_timeout: SHORT, ..Limits::default() });
    let (mut unused, mut used) = (server.connect(), server.connect());
    assert_eq!(used.request(post(b"{}")).status, 200);
    unused.expect_end();
    used.expect_end();
}

#[test]
fn a_body_that_never_ends_is_408() {
    let server = Server::with_limits(Limits { body_timeout: SHORT, ..Limits::default() });
    let mut client = server.connect();
    assert_eq!(client.request(head("Content-Length: 10\r\n") + r#"{"id":"#).status, 408);
    client.expect_end();
    assert_eq!(server.problem_kinds(), [ProblemKind::BodyIncomplete]);
    assert_eq!(server.texts().len(), 0);
}

#[test]
fn a_refused_sender_can_send_its_body_and_still_gets_the_answer() {
    let server = Server::start();
    let mut client = server.connect();
    assert_eq!(client.request("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 50000\r\n\r\n").status, 401);
    client.send("x".repeat(50_000));
    assert_eq!(client.request(post(b"{}")).status, 200);
}

#[test]
fn the_body_of_a_refused_sender_is_not_waited_for() {
    let server = Server::with_limits(Limits { header_timeout: SHORT, ..Limits::default() });
    let mut client = server.connect();
    assert_eq!(client.request("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 50000\r\n\r\n").status, 401);
    client.expect_end();
}

#[test]
fn a_large_body_of_a_refused_sender_is_not_read() {
    let server = Server::start();
    let mut client = server.connect();
    assert_eq!(client.request("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000\r\n\r\n").status, 401);
    let part = vec![b'x'; 1024 * 1024];
    let sent = (0..100).take_while(|_| client.try_send(&part).is_ok()).count();
    assert!(sent < 90, "{sent} MiB");
}

#[test]
fn a_body_shorter_than_announced_is_no_event() {
    let server = Server::start();
    let mut client = server.connect();
    client.send(head("Content-Length: 10\r\n") + "{}");
    client.stream().shutdown(Shutdown::Write).unwrap();
    let problem = server.wait_for_problem();
    assert_eq!(problem.kind, ProblemKind::BodyIncomplete);
    assert_eq!(server.texts().len(), 0);
}

#[test]
fn what_follows_the_announced_body_is_not_part_of_it() {
    let server = Server::start();
    let mut client = server.connect();
    client.send(head("Content-Length: 2\r\n") + r#"{}{"id":2}"#);
    assert_eq!(client.answer().status, 200);
    assert_eq!(client.answer().status, 400);
    client.expect_end();
    assert_eq!(server.texts(), ["{}"]);
}

#[test]
fn a_body_announced_above_the_limit_is_413_before_it_is_sent() {
    let server = Server::start();
    let mut client = server.connect();
    let too_much = 25 * 1024 * 1024 + 1;
    let answer = client.request(head(&format!("Expect: 100-continue\r\nContent-Length: {too_much}\r\n")));
    assert_eq!((answer.status, &*answer.body), (413, "the body is larger than 26214400 bytes"));
    assert_eq!(server.problem_kinds(), [ProblemKind::BodyTooLarge]);
    assert_eq!(server.rejected(), [("requests_rejected_too_large", 1)]);
}

#[test]
fn a_length_beyond_all_numbers_is_refused() {
    let server = Server::start();
    for length in ["18446744073709551615", "99999999999999999999999", "-1", "0x10", "1, 2"] {
        let status = server.request(head(&format!("Content-Length: {length}\r\n"))).status;
        assert!(matches!(status, 400 | 413 | 431), "{length}: {status}");
    }
}

#[test]
fn a_chunked_body_is_read_to_the_limit_and_no_further() {
    let server = Server::with_limits(Limits { body_bytes: 1000, ..Limits::default() });
    let chunk = format!("1f4\r\n{}\r\n", "x".repeat(500));
    let start = head("Transfer-Encoding: chunked\r\n") + &chunk + &chunk;
    let mut client = server.connect();
    client.send(start);
    assert_eq!(client.request("1\r\nx\r\n").status, 413);
    client.expect_end();
}

#[test]
fn a_chunk_that_announces_everything_costs_nothing() {
    let server = Server::start();
    let mut client = server.connect();
    client.send(head("Transfer-Encoding: chunked\r\n") + "ffffffffffffffff\r\n{}");
    client.stream().shutdown(Shutdown::Write).unwrap();
    assert_eq!(server.wait_for_problem().kind, ProblemKind::BodyIncomplete);
}

#[test]
fn two_lengths_or_a_length_and_chunks_smuggle_nothing() {
    let server = Server::start();
    let two = head("Content-Length: 2\r\nContent-Length: 8\r\n") + "{}{\"a\":1}";
    assert_eq!(server.request(two).status, 400);
    let both = head("Content-Length: 40\r\nTransfer-Encoding: chunked\r\n") + "2\r\n{}\r\n0\r\n\r\n";
    let mut client = server.connect();
    let status = client.request(both).status;
    assert!(matches!(status, 200 | 400), "{status}");
    assert!(server.texts().iter().all(|text| text == "{}"));
}

#[test]
fn what_a_proxy_could_read_otherwise_is_refused() {
    let server = Server::start();
    for framing in [
        "Content-Length: 2\r\nContent-Length: 3\r\n",
        "Content-Length: 2, 2\r\n",
        "Content-Length: +2\r\n",
        "Transfer-Encoding: xchunked\r\n",
        "Transfer-Encoding: chunked, gzip\r\n",
        "Transfer-Encoding : chunked\r\n",
        "X: a\r\n b\r\nContent-Length: 2\r\n",
        "X: a\0b\r\nContent-Length: 2\r\n",
    ] {
        let mut client = server.connect();
        assert_eq!(client.request(head(framing) + "2\r\n{}\r\n0\r\n\r\n").status, 400, "{framing:?}");
        client.expect_end();
    }
    assert_eq!(server.texts().len(), 0);
}

#[test]
fn a_list_of_thousands_of_proxies_is_read_and_a_longer_one_refused() {
    let server = Server::start();
    let forwarded =
        |times: usize| head(&format!("X-Forwarded-For: {}\r\nContent-Length: 2\r\n", "192.0.2.1,".repeat(times)));
    assert_eq!(server.request(forwarded(6_000) + "{}").status, 200);
    assert_eq!(server.request(forwarded(10_000)).status, 431);
}

#[test]
fn text_that_is_not_http_is_turned_away() {
    let server = Server::start();
    for garbage in [&b"\0\0\0\0\r\n\r\n"[..], b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"hello\r\n\r\n"] {
        let mut client = server.connect();
        assert_eq!(client.request(garbage).status, 400, "{garbage:?}");
        client.expect_end();
    }
    eventually("the count", || server.metric("broken_connections") == 3);
    assert_eq!((server.metric("requests"), server.problems().len()), (0, 0));
}

#[test]
fn headers_above_the_limit_are_431() {
    let server = Server::start();
    let large = format!("X: {}\r\n", "x".repeat(2_000));
    assert_eq!(server.request(head(&(large.repeat(25) + "Content-Length: 2\r\n")) + "{}").status, 200);
    assert_eq!(server.request(head(&large.repeat(40))).status, 431);
    assert_eq!(server.request(head(&"X: y\r\n".repeat(200))).status, 431);
}

#[test]
fn pipelined_requests_are_answered_in_their_order() {
    let server = Server::start();
    let mut client = server.connect();
    let wrong = post_with("X-Gitlab-Event-Streaming-Token: wrong\r\n", b"{}");
    client.send([post(b"{\"a\":1}"), wrong, post(b"null"), post(b"{\"b\":2}")].concat());
    let answers: Vec<_> = (0..4).map(|_| client.answer().status).collect();
    assert_eq!(answers, [200, 401, 400, 200]);
    assert_eq!(server.texts(), [r#"{"a":1}"#, r#"{"b":2}"#]);
}

#[test]
fn a_sender_that_reads_no_answers_is_cut() {
    let server =
        Server::with_limits(Limits { write_timeout: SHORT, failure_delay: Duration::ZERO, ..Limits::default() });
    let mut client = server.connect();
    let requests = post_with("", b"").repeat(1000);
    eventually("the end", || client.try_send(&requests).is_err());
    eventually("the count", || server.metric("connections_open") == 0);
}

#[test]
fn connections_above_the_limit_wait_for_their_turn() {
    let server = Server::with_limits(Limits { connections: 2, ..Limits::default() });
    let (first, _second, mut third) = (server.connect(), server.connect(), server.connect());
    third.send(post(b"{}"));
    eventually("two connections", || server.metric("connections_open") == 2);
    assert_eq!(server.metric("requests"), 0);
    drop(first);
    assert_eq!(third.answer().status, 200);
    assert_eq!(server.metric("connections_open"), 2);
}

#[test]
fn many_idle_connections_do_not_keep_others_out() {
    let for_ever = Duration::from_hours(1);
    let server = Server::with_limits(Limits {
        connections: 8,
        header_timeout: for_ever,
        hurried_timeout: SHORT,
        ..Limits::default()
    });
    let idle: Vec<_> = (0..40).map(|_| server.connect()).collect();
    assert_eq!(server.post("{}").status, 200);
    // Those who came while there was room keep it.
    assert!(server.metric("connections_open") >= 6);
    drop(idle);
}

#[test]
fn connections_that_are_kept_with_requests_do_not_keep_others_out() {
    let for_ever = Duration::from_hours(1);
    for (token, status) in [("wrong", 401), (TOKEN, 200)] {
        let server = Server::with_limits(Limits {
            connections: 8,
            header_timeout: for_ever,
            hurried_timeout: for_ever,
            failure_delay: Duration::ZERO,
            ..Limits::default()
        });
        let request = format!(
            "POST / HTTP/1.1\r\nHost: x\r\nX-Gitlab-Event-Streaming-Token: {token}\r\nContent-Length: 2\r\n\r\n{{}}"
        );
        let mut kept = Vec::new();
        for _ in 0..20 {
            let mut client = server.connect();
            assert_eq!(client.request(&request).status, status);
            kept.push(client);
        }
        assert_eq!(server.post("{}").status, 200);
        // While there is room, connections stay open for further requests.
        assert_eq!(kept[0].request(&request).status, status);
    }
}

#[test]
fn depth_does_no_harm() {
    let server = Server::start();
    for body in ["[".repeat(1_000_000), "{\"a\":".repeat(200_000)] {
        assert_eq!(server.post(&body).status, 400);
    }
    assert_eq!(server.post(format!("{{\"a\":{}{}}}", "[".repeat(1_000), "]".repeat(1_000))).status, 400);
}

#[test]
fn millions_of_tiny_events_fill_the_queue_and_no_more() {
    let server = Server::with(crate::server::settings("http://127.0.0.1:0/"), intake::Inbox::new(1024 * 1024));
    assert_eq!(server.post(format!("[{{}}{}]", ",{}".repeat(1_000_000))).status, 200);
    assert!(server.metric("queued_bytes") <= 1024 * 1024);
    assert_eq!(server.metric("events_accepted") + server.metric("events_shed_saved"), 1_000_001);
    assert_eq!(server.problem_kinds(), [ProblemKind::Shed]);
}
