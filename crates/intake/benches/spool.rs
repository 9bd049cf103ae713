//! What safety costs: posts over kept-alive connections, with events in memory and with events on the disk first.
//!
//! A commit is an fsync, so this measures the disk: set `TMPDIR` to where `StateDir` would be.
#![expect(clippy::unwrap_used, reason = "a benchmark fails by panicking")]

mod receiver;

use std::net::TcpStream;
use std::sync::Arc;
use std::thread;

use divan::Bencher;
use divan::counter::ItemsCount;
use intake::{Inbox, InboxSettings, SpoolSettings, StateDirectory};
use receiver::TOKEN;
use tempfile::TempDir;

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
    let receiver = receiver::start(&inbox);
    let consumer = receiver::start_consumer(&inbox);
    let mut connections: Vec<TcpStream> = (0..senders).map(|_| receiver::connect(&receiver)).collect();
    let request = request();
    bencher.counter(ItemsCount::new(senders * POSTS)).bench_local(|| {
        thread::scope(|scope| {
            for connection in &mut connections {
                scope.spawn(|| (0..POSTS).for_each(|_| receiver::post(connection, &request, "200")));
            }
        });
    });
    receiver.stop();
    inbox.close();
    consumer.join().unwrap();
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
