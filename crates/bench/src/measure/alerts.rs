//! Reads the host's alerts as they come, parsing as little as possible: the host has the same two cores.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;
use std::time::Duration;

use memchr::{memchr, memmem, memrchr};

use crate::clock::{Clock, Moment};
use crate::failure::Failure;
use crate::rules::ALERT_MARK;
use crate::traffic::EventNumber;

/// Somebody whom the host started may hold its standard output open; that is not waited for for ever.
const LAST_ALERTS: Duration = Duration::from_secs(5);

/// An alert about a posted event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Alert {
    pub(crate) event: EventNumber,
    pub(crate) at: Moment,
}

/// A thread that reads until the host closes its standard output.
#[derive(Debug)]
pub(crate) struct AlertReader {
    alerts: Receiver<Vec<Alert>>,
    seen: Arc<AtomicU64>,
}

impl AlertReader {
    pub(crate) fn start(mut output: impl Read + Send + 'static, clock: Clock) -> io::Result<Self> {
        let seen = Arc::new(AtomicU64::new(0));
        let count = Arc::clone(&seen);
        let (give, alerts) = sync_channel(1);
        thread::Builder::new().name("alerts".to_owned()).spawn(move || {
            let mut scanner = AlertScanner::default();
            let mut found = Vec::new();
            let mut buffer = vec![0; 64 << 10];
            // An error ends the alerts as their end does; what is missing then counts as lost.
            while let Ok(length @ 1..) = output.read(&mut buffer) {
                let at = clock.now();
                scanner.take(&buffer[..length], |event| found.push(Alert { event, at }));
                count.store(found.len() as u64, Ordering::Relaxed);
            }
            // Nobody takes them where the measurement has failed.
            _ = give.send(found);
        })?;
        Ok(Self { alerts, seen })
    }

    /// How many alerts about posted events have come.
    pub(crate) fn seen(&self) -> u64 {
        self.seen.load(Ordering::Relaxed)
    }

    /// All of them, once the host has ended.
    pub(crate) fn finish(self) -> Result<Vec<Alert>, Failure> {
        self.alerts.recv_timeout(LAST_ALERTS).map_err(|_| Failure::OutputOpen)
    }
}

/// Finds the numbers of events in lines that come in pieces.
#[derive(Debug, Default)]
struct AlertScanner {
    /// A line of which the end has not come.
    line: Vec<u8>,
}

impl AlertScanner {
    fn take(&mut self, piece: &[u8], mut found: impl FnMut(EventNumber)) {
        let Some(end) = memrchr(b'\n', piece) else {
            return self.line.extend_from_slice(piece);
        };
        let (mut whole, rest) = piece.split_at(end + 1);
        if !self.line.is_empty() {
            let first_end = memchr(b'\n', whole).map_or(whole.len(), |end| end + 1);
            self.line.extend_from_slice(&whole[..first_end]);
            lines(&self.line, &mut found);
            whole = &whole[first_end..];
        }
        lines(whole, &mut found);
        self.line.clear();
        self.line.extend_from_slice(rest);
    }
}

/// The first mark of each line counts: an alert may repeat its text.
fn lines(mut text: &[u8], found: &mut impl FnMut(EventNumber)) {
    while let Some(start) = memmem::find(text, ALERT_MARK.as_bytes()) {
        let after = &text[start + ALERT_MARK.len()..];
        if let Some(number) = EventNumber::read(after) {
            found(number);
        }
        text = memchr(b'\n', after).map_or(&[], |end| &after[end..]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINES: &str = "{\"output\":\"x bench_event=1000000001 y\",\"message\":\"bench_event=1000000001\"}\n\
                         another alert\n{\"output\":\"bench_event=1000000002\"}\nbench_event=12\n";

    #[test]
    fn alerts_are_found_however_the_output_is_cut() {
        for first in 0..LINES.len() {
            for second in first..LINES.len() {
                let mut scanner = AlertScanner::default();
                let mut numbers = Vec::new();
                for piece in [&LINES[..first], &LINES[first..second], &LINES[second..]] {
                    scanner.take(piece.as_bytes(), |event| numbers.push(event.place()));
                }
                assert_eq!(numbers, [1, 2], "{first} {second}");
            }
        }
    }
}
