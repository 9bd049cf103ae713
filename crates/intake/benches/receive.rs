//! How many posts the receiver answers on the loopback interface, from one client over one connection. `cargo bench -p intake`
//!
//! Each event has another number: one that came before would be left out as a repetition, which costs less.
#![expect(clippy::unwrap_used, reason = "a benchmark fails by panicking")]

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use divan::Bencher;
use divan::counter::ItemsCount;
use intake::{BatchLimits, Inbox, Receiver, Secret, Settings, Taken, VerificationToken};

const TOKEN: &str = "aB+/5678901234567890";

/// Size of a usual event, of one with a long comment, and of a very large one.
const EVENT_BYTES: [usize; 3] = [500, 10_000, 1_000_000];

fn main() {
    divan::main();
}

#[divan::bench(args = EVENT_BYTES)]
fn post_and_answer(bencher: Bencher<'_, '_>, event_bytes: usize) {
    let inbox = Arc::new(Inbox::default());
    let receiver = Receiver::start(settings(), Arc::clone(&inbox)).unwrap();
    let consumer = thread::spawn({
        let inbox = Arc::clone(&inbox);
        move || consume(&inbox)
    });
    let mut stream = TcpStream::connect(receiver.local_address()).unwrap();
    stream.set_nodelay(true).unwrap();
    let mut request = Request::new(event_bytes, TOKEN);
    let mut answer = [0; 1024];
    bencher.counter(ItemsCount::new(1_usize)).bench_local(|| {
        stream.write_all(request.next()).unwrap();
        // An answer is far below one segment, so it arrives in one piece.
        let length = stream.read(&mut answer).unwrap();
        assert!(answer[..length].starts_with(b"HTTP/1.1 200 "));
    });
    receiver.stop();
    assert_eq!(value(&inbox, "events_repeated"), 0);
    inbox.close();
    consumer.join().unwrap();
}

/// Of a source that has shown few: many of them are answered late on purpose. So each sample has a receiver of its own.
#[divan::bench(sample_count = 200, sample_size = 1)]
fn wrong_token(bencher: Bencher<'_, '_>) {
    let start = || {
        let receiver = Receiver::start(settings(), Arc::new(Inbox::default())).unwrap();
        let stream = TcpStream::connect(receiver.local_address()).unwrap();
        stream.set_nodelay(true).unwrap();
        (receiver, stream, Request::new(EVENT_BYTES[0], "wrong-wrong-wrong-wrong-"))
    };
    bencher.counter(ItemsCount::new(1_usize)).with_inputs(start).bench_local_refs(|(_, stream, request)| {
        stream.write_all(request.next()).unwrap();
        let mut answer = [0; 1024];
        let length = stream.read(&mut answer).unwrap();
        assert!(answer[..length].starts_with(b"HTTP/1.1 401 "));
    });
}

fn value(inbox: &Inbox, name: &str) -> u64 {
    inbox.metrics().iter().find(|metric| metric.name == name).unwrap().value
}

fn settings() -> Settings {
    let token = VerificationToken { secret: Secret::new(TOKEN).unwrap(), instance: None };
    Settings::new("http://127.0.0.1:0/".parse().unwrap(), vec![token])
}

fn consume(inbox: &Inbox) {
    let limits = BatchLimits { events: 1_000, bytes: usize::MAX };
    let mut batch = Vec::new();
    while inbox.take(&mut batch, limits, Duration::MAX) != Taken::Closed {
        batch.clear();
    }
}

/// A request whose event gets another number each time.
struct Request {
    bytes: Vec<u8>,
    number: usize,
    next: u64,
}

impl Request {
    const FIRST: u64 = 1_000_000_000;

    fn new(event_bytes: usize, token: &str) -> Self {
        let frame =
            format!(r#"{{"id":{},"event_type":"comment_created","details":{{"custom_message":""}}}}"#, Self::FIRST);
        let body = frame.replace("\"\"", &format!("\"{}\"", "x".repeat(event_bytes - frame.len())));
        let head = format!(
            "POST / HTTP/1.1\r\nHost: localhost\r\nX-Gitlab-Event-Streaming-Token: {token}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        Self { number: head.len() + r#"{"id":"#.len(), bytes: (head + &body).into_bytes(), next: Self::FIRST }
    }

    fn next(&mut self) -> &[u8] {
        self.next += 1;
        let digits = self.next.to_string();
        self.bytes[self.number..self.number + digits.len()].copy_from_slice(digits.as_bytes());
        &self.bytes
    }
}
