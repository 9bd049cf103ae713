//! An output that may be slow, on a thread of its own behind a bounded queue: detection never waits for it.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
        mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel},
    },
    thread,
    time::Instant,
};

use super::{Output, losses::Losses};

/// Most alerts that wait.
const MAX_ALERTS: usize = 1024;

/// Most bytes of alerts that wait. One alert may repeat most of an event, which may have megabytes.
const MAX_BYTES: usize = 32 << 20;

/// Where a single alert goes, as slowly as it may be.
pub(super) trait Delivery: Send + 'static {
    /// Delivers one alert; an error says what went wrong, in words.
    fn deliver(&mut self, alert: &str) -> Result<(), String>;
}

/// A queue of alerts and the thread that delivers them.
pub(super) struct Background {
    name: &'static str,
    queue: SyncSender<Arc<str>>,
    bytes_waiting: Arc<AtomicUsize>,
    /// Disconnects when the thread has delivered everything.
    done: Receiver<()>,
    dropped: Losses,
}

impl Background {
    /// Starts the thread. `name` is the key in falco.yaml, for messages.
    pub(super) fn start(name: &'static str, delivery: impl Delivery) -> io::Result<Self> {
        let (queue, alerts) = sync_channel(MAX_ALERTS);
        let (alive, done) = sync_channel(0);
        let bytes_waiting = Arc::new(AtomicUsize::new(0));
        let bytes = Arc::clone(&bytes_waiting);
        thread::Builder::new().name(name.to_owned()).spawn(move || {
            deliver_all(name, &alerts, &bytes, delivery);
            drop(alive);
        })?;
        let dropped = Losses::new(name, "dropped because the output is too slow");
        Ok(Self { name, queue, bytes_waiting, done, dropped })
    }
}

fn deliver_all(name: &'static str, alerts: &Receiver<Arc<str>>, bytes: &AtomicUsize, mut delivery: impl Delivery) {
    let mut failed = Losses::new(name, "not delivered");
    while let Ok(alert) = alerts.recv() {
        if let Err(reason) = delivery.deliver(&alert) {
            failed.add(1, Some(&reason));
        }
        bytes.fetch_sub(alert.len(), Ordering::Relaxed);
    }
    failed.tell();
}

impl Output for Background {
    fn write(&mut self, line: &str) {
        let waiting = self.bytes_waiting.fetch_add(line.len(), Ordering::Relaxed);
        // A single alert larger than the bound may pass, alone.
        let fits = waiting == 0 || waiting + line.len() <= MAX_BYTES;
        if !fits || self.queue.try_send(Arc::from(line)).is_err() {
            self.bytes_waiting.fetch_sub(line.len(), Ordering::Relaxed);
            self.dropped.add(1, None);
        }
    }

    fn flush(&mut self) {}

    fn finish(self: Box<Self>, deadline: Instant) {
        let Self { name, queue, done, mut dropped, .. } = *self;
        drop(queue);
        dropped.tell();
        let wait = deadline.saturating_duration_since(Instant::now());
        if done.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) {
            tracing::warn!("{name}: alerts that still wait are given up: the output is too slow");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// Hands each alert on and then waits to be let go.
    struct Gate {
        arrived: SyncSender<String>,
        go: Receiver<()>,
    }

    impl Delivery for Gate {
        fn deliver(&mut self, alert: &str) -> Result<(), String> {
            let _ = self.arrived.send(alert.to_owned());
            let _ = self.go.recv();
            Ok(())
        }
    }

    fn gate() -> (Background, Receiver<String>, SyncSender<()>) {
        let (arrived, seen) = sync_channel(8 * MAX_ALERTS);
        let (release, go) = sync_channel(8 * MAX_ALERTS);
        (Background::start("test_output", Gate { arrived, go }).unwrap(), seen, release)
    }

    #[test]
    fn a_stalled_output_takes_no_more_than_its_bound_and_the_writer_never_waits() {
        let (mut output, seen, release) = gate();
        for number in 0..2 * MAX_ALERTS {
            output.write(&number.to_string());
        }
        drop(release);
        Box::new(output).finish(Instant::now() + Duration::from_secs(30));
        let delivered = seen.iter().count();
        assert!((MAX_ALERTS..=MAX_ALERTS + 1).contains(&delivered), "{delivered}");
    }

    #[test]
    fn large_alerts_are_bounded_by_bytes() {
        let (mut output, seen, release) = gate();
        let alert = "x".repeat(MAX_BYTES / 2);
        for _ in 0..5 {
            output.write(&alert);
        }
        drop(release);
        Box::new(output).finish(Instant::now() + Duration::from_secs(30));
        assert_eq!(seen.iter().count(), 2);
    }

    #[test]
    fn the_end_waits_no_longer_than_its_deadline() {
        let (mut output, _seen, _release) = gate();
        output.write("stuck");
        let before = Instant::now();
        Box::new(output).finish(before);
        assert!(before.elapsed() < Duration::from_secs(30));
    }
}
