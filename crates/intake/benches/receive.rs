//! How many posts the receiver answers on the loopback interface, from one client over one connection.
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
    let request = request(event_bytes);
    let mut answer = [0; 1024];
    bencher.counter(ItemsCount::new(1_usize)).bench_local(|| {
        stream.write_all(&request).unwrap();
        // An answer is far below one segment, so it arrives in one piece.
        let length = stream.read(&mut answer).unwrap();
        assert!(answer[..length].starts_with(b"HTTP/1.1 200 "));
    });
    receiver.stop();
    inbox.close();
    consumer.join().unwrap();
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

fn request(event_bytes: usize) -> Vec<u8> {
    let frame = r#"{"event_type":"comment_created","details":{"custom_message":""}}"#;
    let body = frame.replace("\"\"", &format!("\"{}\"", "x".repeat(event_bytes - frame.len())));
    format!(
        "POST / HTTP/1.1\r\nHost: localhost\r\nX-Gitlab-Event-Streaming-Token: {TOKEN}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}
