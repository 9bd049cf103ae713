//! When requests are sent.

use std::io;
use std::num::NonZeroU32;
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::Mutex;
use tokio::sync::mpsc::{Receiver, channel};

/// Times that wait for a free connection. When there are more, the clock waits, and the times stay what they were.
const WAITING: usize = 1_024;

/// The pace of all connections together.
#[derive(Debug)]
pub(super) enum Pacer {
    AsFastAsAnswered {
        end: Instant,
    },
    /// The next free connection sends at the next time.
    Fixed(Mutex<Receiver<Instant>>),
}

impl Pacer {
    /// `rate` times a second. A thread of its own, because the runtime's timer rounds up to whole milliseconds, which would
    /// be most of what is measured.
    pub(super) fn fixed(start: Instant, end: Instant, rate: NonZeroU32) -> io::Result<Self> {
        let (times, receiver) = channel(WAITING);
        let interval = Duration::from_secs(1) / rate.get();
        thread::Builder::new().name("pace".to_owned()).spawn(move || {
            let mut due = start;
            while due < end {
                let wait = due.saturating_duration_since(Instant::now());
                if wait.is_zero() {
                    if times.blocking_send(due).is_err() {
                        return;
                    }
                    due += interval;
                } else {
                    thread::park_timeout(wait);
                }
            }
        })?;
        Ok(Self::Fixed(Mutex::new(receiver)))
    }

    /// The time that the next request counts from, which is now or has been; none at the end.
    pub(super) async fn next(&self) -> Option<Instant> {
        match self {
            Self::AsFastAsAnswered { end } => Some(Instant::now()).filter(|now| now < end),
            Self::Fixed(times) => times.lock().await.recv().await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(flavor = "current_thread")]
    async fn a_request_that_had_to_wait_counts_from_when_it_should_have_been_sent() {
        let end = Instant::now();
        let start = end.checked_sub(Duration::from_millis(3)).unwrap();
        let pacer = Pacer::fixed(start, end, NonZeroU32::new(1_000).unwrap()).unwrap();
        for milliseconds in 0..3 {
            assert_eq!(pacer.next().await, Some(start + Duration::from_millis(milliseconds)));
        }
        assert_eq!(pacer.next().await, None);
    }

    #[tokio::test(flavor = "current_thread")]
    async fn nothing_is_sent_before_its_time() {
        let start = Instant::now() + Duration::from_millis(20);
        let pacer = Pacer::fixed(start, start + Duration::from_millis(1), NonZeroU32::new(1_000).unwrap()).unwrap();
        assert_eq!(pacer.next().await, Some(start));
        assert!(Instant::now() >= start);
    }
}
