//! What safety costs: posts over kept-alive connections, with events in memory and with events on the disk first.
//!
//! A commit is an fsync, so this measures the disk: set `TMPDIR` to where `StateDir` would be.
#![expect(clippy::unwrap_used, reason = "a benchmark fails by panicking")]

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use divan::Bencher;
use divan::counter::ItemsCount;
use intake::{
    BatchLimits, Inbox, InboxSettings, Receiver, Secret, Settings, SpoolSettings, StateDirectory, Taken,
    VerificationToken,
};
use tempfile::TempDir;

const TOKEN: &str = "aB+/5678901234567890";

/// Posts of each sender in one round.
const POSTS: usize = 20;

fn main() {
    divan::main();
}

#[divan::bench(args = [1, 32], sample_count = 30)]
fn posts_into_memory(bencher: Bencher<'_, '_>, senders: usize) {
    bench(bencher, senders, None);
}

#[divan::bench(args = [1, 32], sample_count = 30)]
fn posts_onto_the_disk(bencher: Bencher<'_, '_>, senders: usize) {
    let folder = TempDir::new().unwrap();
    let state = Arc::new(StateDirectory::open(folder.path()).unwrap());
    bench(bencher, senders, Some(SpoolSettings { state, max_bytes: 1 << 30 }));
}

fn bench(bencher: Bencher<'_, '_>, senders: usize, spool: Option<SpoolSettings>) {
    let inbox = Arc::new(Inbox::start(InboxSettings { spool, ..InboxSettings::default() }).unwrap());
    let token = VerificationToken { secret: Secret::new(TOKEN).unwrap(), instance: None };
    let settings = Settings::new("http://127.0.0.1:0/".parse().unwrap(), vec![token]);
    let receiver = Receiver::start(settings, Arc::clone(&inbox)).unwrap();
    let consumer = thread::spawn({
        let inbox = Arc::clone(&inbox);
        move || consume(&inbox)
    });
    let connect = |_| {
        let stream = TcpStream::connect(receiver.local_address()).unwrap();
        stream.set_nodelay(true).unwrap();
        stream
    };
    let mut connections: Vec<TcpStream> = (0..senders).map(connect).collect();
    let request = request();
    bencher.counter(ItemsCount::new(senders * POSTS)).bench_local(|| {
        thread::scope(|scope| {
            for connection in &mut connections {
                scope.spawn(|| (0..POSTS).for_each(|_| post(connection, &request)));
            }
        });
    });
    receiver.stop();
    inbox.close();
    consumer.join().unwrap();
}

fn post(connection: &mut TcpStream, request: &[u8]) {
    connection.write_all(request).unwrap();
    // An answer is far below one segment, so it arrives in one piece.
    let mut answer = [0; 1024];
    let length = connection.read(&mut answer).unwrap();
    assert!(answer[..length].starts_with(b"HTTP/1.1 200 "));
}

fn consume(inbox: &Inbox) {
    let limits = BatchLimits { events: 1_000, bytes: usize::MAX };
    let mut batch = Vec::new();
    while inbox.take(&mut batch, limits, Duration::MAX) != Taken::Closed {
        batch.clear();
    }
}

/// Without a number, so that it is never a repetition.
fn request() -> Vec<u8> {
    let body = format!(r#"{{"event_type":"project_created","target_details":"{}"}}"#, "x".repeat(600));
    format!(
        "POST / HTTP/1.1\r\nHost: localhost\r\nX-Gitlab-Event-Streaming-Token: {TOKEN}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}
