//! The end of a receiver.

use std::net::TcpStream;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use intake::{Inbox, Limits, Receiver};

use crate::client::{Client, post};
use crate::server::{Server, eventually, settings};

/// No test ends if a stop waits for this.
const FOR_EVER: Duration = Duration::from_hours(1);

fn patient() -> Limits {
    Limits { stop_timeout: FOR_EVER, header_timeout: FOR_EVER, body_timeout: FOR_EVER, ..Limits::default() }
}

#[test]
fn the_port_is_free_again_a_hundred_times() {
    let inbox = Arc::new(Inbox::default());
    let first = Receiver::start(settings("http://127.0.0.1:0/"), Arc::clone(&inbox)).unwrap();
    let address = first.local_address();
    first.stop();
    for _ in 0..100 {
        let receiver = Receiver::start(settings(&format!("http://{address}/")), Arc::clone(&inbox)).unwrap();
        let mut client = Client::connect(address);
        assert_eq!(client.request(post(b"{}")).status, 200);
        // Those that stay connected are waited for.
        drop(client);
        receiver.stop();
        assert!(TcpStream::connect(address).is_err());
    }
}

#[test]
fn dropping_stops_too() {
    let server = Server::start();
    let address = server.receiver.local_address();
    drop(server);
    assert!(TcpStream::connect(address).is_err());
}

#[test]
fn a_running_request_is_answered_and_its_event_kept() {
    let server = Server::with_limits(patient());
    let (address, inbox) = (server.receiver.local_address(), Arc::clone(&server.inbox));
    let request = post(br#"{"id":1}"#);
    let (front, back) = request.split_at(request.len() - 3);
    let mut client = server.connect();
    client.send(front);
    eventually("the request to run", || server.metric("requests") == 1);
    let stopping = thread::spawn(move || server.receiver.stop());
    eventually("the port to close", || TcpStream::connect(address).is_err());
    assert_eq!(client.request(back).status, 200);
    stopping.join().unwrap();
    let events = inbox.metrics().into_iter().find(|metric| metric.name == "events_accepted").unwrap();
    assert_eq!(events.value, 1);
}

/// They are on all threads, and some were accepted by one thread and are served by another.
#[test]
fn running_requests_of_many_connections_are_all_answered() {
    let server = Server::with_limits(patient());
    let (address, inbox) = (server.receiver.local_address(), Arc::clone(&server.inbox));
    let clients = (0..50).map(|id| {
        let request = post(format!(r#"{{"id":{id}}}"#).as_bytes());
        let (front, back) = request.split_at(request.len() - 3);
        let mut client = server.connect();
        client.send(front);
        (client, back.to_vec())
    });
    let clients: Vec<_> = clients.collect();
    eventually("the requests to run", || server.metric("requests") == 50);
    let stopping = thread::spawn(move || server.receiver.stop());
    eventually("the port to close", || TcpStream::connect(address).is_err());
    for (mut client, back) in clients {
        assert_eq!(client.request(back).status, 200);
    }
    stopping.join().unwrap();
    let events = inbox.metrics().into_iter().find(|metric| metric.name == "events_accepted").unwrap();
    assert_eq!(events.value, 50);
}

#[test]
fn who_had_connected_before_is_still_answered() {
    let server = Server::with_limits(Limits { connections: 2, ..patient() });
    // Most of them wait in the system's queue.
    let clients: Vec<_> = (0..50).map(|_| server.connect()).collect();
    let stopping = thread::spawn(move || server.receiver.stop());
    for mut client in clients {
        client.send(post(b"{}").as_slice());
        assert_eq!(client.answer().status, 200);
        // The first of them may be answered before the stop, and is waited for.
        drop(client);
    }
    stopping.join().unwrap();
}

/// A reverse proxy sends over connections that it keeps, and does not send again what was lost with one of them.
#[test]
fn a_connection_in_use_may_bring_one_more_request_and_is_told_that_it_is_the_last() {
    let server = Server::with_limits(patient());
    let address = server.receiver.local_address();
    let mut kept = server.connect();
    assert!(!kept.request(post(b"{}")).head.contains("connection: close"));
    let stopping = thread::spawn(move || server.receiver.stop());
    eventually("the port to close", || TcpStream::connect(address).is_err());
    let last = kept.request(post(b"{}"));
    assert_eq!(last.status, 200);
    assert!(last.head.contains("connection: close"), "{}", last.head);
    kept.expect_end();
    stopping.join().unwrap();
}

#[test]
fn connections_without_a_request_do_not_hold_it_up() {
    let server = Server::with_limits(patient());
    let (mut unused, mut half, mut idle) = (server.connect(), server.connect(), server.connect());
    half.send("POST / HTTP/1.1\r\nHost:");
    assert_eq!(idle.request(post(b"{}")).status, 200);
    eventually("all connections", || server.metric("connections_open") == 3);
    server.receiver.stop();
    unused.expect_end();
    half.expect_end();
    idle.expect_end();
    let open = server.inbox.metrics().into_iter().find(|metric| metric.name == "connections_open").unwrap();
    assert_eq!(open.value, 0);
}

#[test]
fn a_request_that_does_not_end_is_cut() {
    let limits = Limits { stop_timeout: Duration::from_millis(50), ..patient() };
    let server = Server::with_limits(limits);
    let mut client = server.connect();
    let request = post(b"{}");
    client.send(&request[..request.len() - 1]);
    eventually("the request to run", || server.metric("requests") == 1);
    server.receiver.stop();
    client.expect_end();
}
