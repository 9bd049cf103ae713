//! How many posts the receiver answers on the loopback interface, from one client over one connection. `cargo bench -p intake`
//!
//! Each event has another number: one that came before would be left out as a repetition, which costs less.
#![expect(clippy::unwrap_used, reason = "a benchmark fails by panicking")]

mod receiver;

use std::sync::Arc;

use divan::Bencher;
use divan::counter::ItemsCount;
use intake::Inbox;
use receiver::TOKEN;

/// Size of a usual event, of one with a long comment, and of a very large one.
const EVENT_BYTES: [usize; 3] = [500, 10_000, 1_000_000];

fn main() {
    divan::main();
}

#[divan::bench(args = EVENT_BYTES)]
fn post_and_answer(bencher: Bencher<'_, '_>, event_bytes: usize) {
    let inbox = Arc::new(Inbox::default());
    let receiver = receiver::start(&inbox);
    let consumer = receiver::start_consumer(&inbox);
    let mut stream = receiver::connect(&receiver);
    let mut request = Request::new(event_bytes, TOKEN);
    bencher.counter(ItemsCount::new(1_usize)).bench_local(|| receiver::post(&mut stream, request.next(), "200"));
    receiver.stop();
    assert_eq!(value(&inbox, "events_repeated"), 0);
    inbox.close();
    consumer.join().unwrap();
}

/// Of a source that has shown few: many of them are answered late on purpose. So each sample has a receiver of its own.
#[divan::bench(sample_count = 200, sample_size = 1)]
fn wrong_token(bencher: Bencher<'_, '_>) {
    let start = || {
        let receiver = receiver::start(&Arc::new(Inbox::default()));
        let stream = receiver::connect(&receiver);
        (receiver, stream, Request::new(EVENT_BYTES[0], "wrong-wrong-wrong-wrong-"))
    };
    bencher.counter(ItemsCount::new(1_usize)).with_inputs(start).bench_local_refs(|(_, stream, request)| {
        receiver::post(stream, request.next(), "401");
    });
}

fn value(inbox: &Inbox, name: &str) -> u64 {
    inbox.metrics().iter().find(|metric| metric.name == name).unwrap().value
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
