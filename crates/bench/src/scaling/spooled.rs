//! What it costs to post an event into the spool and to take one out, with so many others waiting there.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use intake::{
    BatchLimits, Inbox, InboxSettings, Receiver, Secret, Settings, SpoolSettings, StateDirectory, VerificationToken,
};
use rustix::time::ClockId;

use super::backlog::{event, metric, spent};
use crate::failure::Failure;

/// Events of a request, and of what is taken at once.
const AT_ONCE: u32 = 1_000;
/// So little that what waits is on the disk.
const MEMORY: usize = 1 << 20;
/// More than are in memory, read ahead.
const READ_AHEAD: u64 = 10_000;
/// Enough for a million events of this size many times over.
const DISK: u64 = 4 << 30;
/// Longer than any commit takes.
const PATIENCE: Duration = Duration::from_secs(20);
const TOKEN: &str = "aB+/5678901234567890";

/// Microseconds of processor time of this process for each of `events`, with `waiting` others in the spool of `folder`.
pub(super) fn measure(waiting: u32, events: u32, folder: &Path) -> Result<f64, Failure> {
    let mut spooled = Spooled::start(folder)?;
    while spooled.posted < waiting {
        spooled.post()?;
    }
    let first = spooled.posted;
    let start = spent(ClockId::ProcessCPUTime);
    while spooled.posted < first + events {
        spooled.post()?;
        spooled.take()?;
    }
    let used = spent(ClockId::ProcessCPUTime).saturating_sub(start);
    let behind = metric(&spooled.inbox, "spool_events_behind");
    if behind + READ_AHEAD < u64::from(first) {
        return Err(Failure::Queue(format!("{behind} events waited on the disk, of {first} that should")));
    }
    Ok(used.as_secs_f64() * 1e6 / f64::from(spooled.posted - first))
}

/// A receiver with a spool, its one sender, and its host.
struct Spooled {
    inbox: Arc<Inbox>,
    _receiver: Receiver,
    sender: TcpStream,
    posted: u32,
}

impl Spooled {
    fn start(folder: &Path) -> Result<Self, Failure> {
        let queue = |error: &dyn ToString| Failure::Queue(error.to_string());
        let state = StateDirectory::open(folder).map_err(|error| queue(&error))?;
        let spool = Some(SpoolSettings { state: Arc::new(state), max_bytes: DISK });
        let settings = InboxSettings { max_bytes: MEMORY, spool, ..InboxSettings::default() };
        let inbox = Arc::new(Inbox::start(settings).map_err(|error| queue(&error))?);
        let secret = Secret::new(TOKEN).map_err(|error| queue(&error))?;
        let listen = "http://127.0.0.1:0/".parse().map_err(|error: intake::ListenError| queue(&error))?;
        let settings = Settings::new(listen, vec![VerificationToken { secret, instance: None }]);
        let receiver = Receiver::start(settings, Arc::clone(&inbox)).map_err(|error| queue(&error))?;
        let connect = Failure::system("connecting to the receiver");
        let sender = TcpStream::connect(receiver.local_address()).map_err(connect)?;
        Ok(Self { inbox, _receiver: receiver, sender, posted: 0 })
    }

    /// Returns when the events are on the disk.
    fn post(&mut self) -> Result<(), Failure> {
        let next = self.posted + AT_ONCE;
        let events: Vec<String> = (self.posted..next).map(event).collect();
        self.posted = next;
        let body = format!("[{}]", events.join(","));
        let head = format!(
            "POST / HTTP/1.1\r\nHost: localhost\r\nX-Gitlab-Event-Streaming-Token: {TOKEN}\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        // An answer is far below one segment, so it arrives in one piece.
        let mut answer = [0; 1024];
        let mut exchange = || {
            self.sender.write_all(head.as_bytes())?;
            self.sender.write_all(body.as_bytes())?;
            self.sender.read(&mut answer)
        };
        let length = exchange().map_err(Failure::system("posting to the receiver"))?;
        if answer[..length].starts_with(b"HTTP/1.1 200 ") {
            return Ok(());
        }
        Err(Failure::NoAnswer(String::from_utf8_lossy(&answer[..length]).escape_debug().to_string()))
    }

    fn take(&self) -> Result<(), Failure> {
        let mut batch = Vec::new();
        while batch.len() < AT_ONCE as usize {
            let before = batch.len();
            let limits = BatchLimits { events: AT_ONCE as usize - before, bytes: usize::MAX };
            self.inbox.take(&mut batch, limits, PATIENCE);
            if batch.len() == before {
                return Err(Failure::Queue(format!("{before} events where {AT_ONCE} were asked for")));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_goes_in_and_out_past_those_that_wait() {
        let folder = tempfile::tempdir().unwrap();
        assert!(measure(20_000, 2_000, folder.path()).unwrap() > 0.0);
    }
}
