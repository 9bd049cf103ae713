//! Posts numbered events as GitLab does, and remembers which were answered for.

use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

pub(crate) const TOKEN: &str = "aB+/5678901234567890";

/// The types that events take turns in: one for each worth.
const TYPES: [&str; 4] =
    ["repository_git_operation", "user_authenticated_using_job_token", "variable_viewed_api", "project_created"];

/// All events that are posted, by any number of threads.
#[derive(Debug)]
pub(crate) struct Sender {
    next: AtomicU64,
    answered: Mutex<Vec<u64>>,
    /// How long the text in each event is.
    filler: usize,
    types: &'static [&'static str],
}

/// One connection.
pub(crate) struct Connection(TcpStream);

impl Sender {
    pub(crate) fn new() -> Self {
        Self::with_events_of(100)
    }

    pub(crate) fn with_events_of(filler: usize) -> Self {
        Self { next: AtomicU64::new(1), answered: Mutex::default(), filler, types: &TYPES }
    }

    pub(crate) fn only(self, event_type: usize) -> Self {
        Self { types: &TYPES[event_type..=event_type], ..self }
    }

    /// Posts so many events together; gives the status of the answer.
    pub(crate) fn post(&self, connection: &mut Connection, count: u64) -> io::Result<u16> {
        let first = self.next.fetch_add(count, Ordering::Relaxed);
        let numbers = first..first + count;
        let events: Vec<String> = numbers.clone().map(|number| self.event(number)).collect();
        let body = if count == 1 { events.concat() } else { format!("[{}]", events.join(",")) };
        let status = connection.post(&body)?;
        if status == 200 {
            self.answered.lock().unwrap().extend(numbers);
        }
        Ok(status)
    }

    /// Posts until the connection breaks.
    pub(crate) fn post_until_it_breaks(&self, address: SocketAddr) {
        let Ok(mut connection) = Connection::open(address) else { return };
        for count in [1, 1, 3].into_iter().cycle() {
            match self.post(&mut connection, count) {
                Ok(status) => assert_eq!(status, 200),
                Err(_) => return,
            }
        }
    }

    pub(crate) fn event(&self, number: u64) -> String {
        let event_type = self.types[usize::try_from(number).unwrap() % self.types.len()];
        let filler = "x".repeat(self.filler);
        format!(r#"{{"id":{number},"entity_type":"Project","event_type":"{event_type}","target_details":"{filler}"}}"#)
    }

    /// How many were posted, whatever the answer was.
    pub(crate) fn posted(&self) -> u64 {
        self.next.load(Ordering::Relaxed) - 1
    }

    /// How many were answered 200.
    pub(crate) fn count(&self) -> usize {
        self.answered.lock().unwrap().len()
    }

    /// Which were answered 200.
    pub(crate) fn answered(&self) -> Vec<u64> {
        self.answered.lock().unwrap().clone()
    }
}

impl Connection {
    pub(crate) fn open(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        Ok(Self(stream))
    }

    /// The status of the answer.
    pub(crate) fn post(&mut self, body: &str) -> io::Result<u16> {
        let request = format!(
            "POST / HTTP/1.1\r\nHost: x\r\nX-Gitlab-Event-Streaming-Token: {TOKEN}\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        self.0.write_all(request.as_bytes())?;
        let mut answer = [0; 1024];
        // An answer is far below one segment, so it arrives in one piece.
        let length = self.0.read(&mut answer)?;
        let answer = String::from_utf8_lossy(&answer[..length]).into_owned();
        let status = answer.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3)?.parse().ok());
        status.ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    }
}
