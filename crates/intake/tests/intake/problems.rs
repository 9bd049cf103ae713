//! What the host hears of.

use std::net::TcpListener;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use intake::{BatchLimits, Inbox, Limits, PROBLEM_INTERVAL, ProblemKind, Receiver, StartError, Taken};

use crate::client::post_with;
use crate::server::{Server, settings};

const ALL: BatchLimits = BatchLimits { events: usize::MAX, bytes: usize::MAX };

#[test]
fn a_waiting_host_hears_of_a_problem_at_once() {
    let server = Server::start();
    let waiting = thread::spawn({
        let inbox = Arc::clone(&server.inbox);
        move || inbox.take(&mut Vec::new(), ALL, Duration::from_hours(1))
    });
    assert_eq!(server.request(post_with("", b"{}")).status, 401);
    assert_eq!(waiting.join().unwrap(), Taken::Nothing);
    assert_eq!(server.problem_kinds(), [ProblemKind::Unauthorized]);
}

#[test]
fn a_flood_of_wrong_tokens_is_one_problem_and_later_one_more_with_the_count() {
    let server = Server::with_limits(Limits { failure_delay: Duration::ZERO, ..Limits::default() });
    let now = Instant::now();
    assert_eq!(server.request(post_with("", b"{}")).status, 401);
    assert_eq!(server.inbox.due_problems(now).len(), 1);
    let mut client = server.connect();
    for _ in 0..500 {
        client.request(post_with("X-Gitlab-Event-Streaming-Token: wrong\r\n", b"{}"));
    }
    assert_eq!(server.inbox.due_problems(now + PROBLEM_INTERVAL / 2), []);
    let [problem] = server.inbox.due_problems(now + PROBLEM_INTERVAL).try_into().unwrap();
    assert_eq!((problem.kind, problem.count), (ProblemKind::Unauthorized, 500));
    assert_eq!(problem.message, "a request from 127.0.0.1 came with a wrong token");
}

#[test]
fn a_port_in_use_stops_the_start_and_is_named() {
    let holder = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = holder.local_addr().unwrap();
    let error = Receiver::start(settings(&format!("http://{address}/")), Arc::new(Inbox::default())).unwrap_err();
    assert!(matches!(error, StartError::PortInUse { address: named } if named == address), "{error}");
    assert!(error.to_string().contains(&address.to_string()), "{error}");
}

#[test]
fn an_address_of_another_machine_stops_the_start() {
    let error = Receiver::start(settings("http://192.0.2.1:0/"), Arc::new(Inbox::default())).unwrap_err();
    assert!(matches!(error, StartError::Bind { .. }), "{error}");
}

#[test]
fn a_name_without_an_address_stops_the_start() {
    let error = Receiver::start(settings("http://nowhere.invalid:0/"), Arc::new(Inbox::default())).unwrap_err();
    assert!(matches!(error, StartError::UnknownHost { .. }), "{error}");
    assert!(error.to_string().contains("nowhere.invalid"), "{error}");
}

#[test]
fn https_without_a_directory_stops_the_start() {
    let error = Receiver::start(settings("https://127.0.0.1:0/"), Arc::new(Inbox::default())).unwrap_err();
    assert!(matches!(error, StartError::NoSecretsDir), "{error}");
}
