//! A receiver with one token, and a consumer that takes all that it receives, as both benchmarks over HTTP have them.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use intake::{BatchLimits, Inbox, Receiver, Secret, Settings, Taken, VerificationToken};

pub(crate) const TOKEN: &str = "aB+/5678901234567890";

pub(crate) fn start(inbox: &Arc<Inbox>) -> Receiver {
    let token = VerificationToken { secret: Secret::new(TOKEN).unwrap(), instance: None };
    let settings = Settings::new("http://127.0.0.1:0/".parse().unwrap(), vec![token]);
    Receiver::start(settings, Arc::clone(inbox)).unwrap()
}

/// A thread that ends when the inbox is closed.
pub(crate) fn start_consumer(inbox: &Arc<Inbox>) -> JoinHandle<()> {
    let inbox = Arc::clone(inbox);
    thread::spawn(move || {
        let limits = BatchLimits { events: 1_000, bytes: usize::MAX };
        let mut batch = Vec::new();
        while inbox.take(&mut batch, limits, Duration::MAX) != Taken::Closed {
            batch.clear();
        }
    })
}

pub(crate) fn connect(receiver: &Receiver) -> TcpStream {
    let stream = TcpStream::connect(receiver.local_address()).unwrap();
    stream.set_nodelay(true).unwrap();
    stream
}

/// Posts and waits for an answer with this status.
pub(crate) fn post(stream: &mut TcpStream, request: &[u8], status: &str) {
    stream.write_all(request).unwrap();
    // An answer is far below one segment, so it arrives in one piece.
    let mut answer = [0; 1024];
    let length = stream.read(&mut answer).unwrap();
    assert!(answer[..length].starts_with(format!("HTTP/1.1 {status} ").as_bytes()));
}
