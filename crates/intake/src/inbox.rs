//! Where a receiver puts what arrived and a host takes it: events, problems and counts.

use std::time::{Duration, Instant, SystemTime};

use crate::certificate_expiry::CertificateExpiry;
use crate::event::ReceivedEvent;
use crate::metrics::{Counter, Counters, Metric, MetricKind};
use crate::problem::{Problem, ProblemKind, ProblemLog, Report};
use crate::queue::{BatchLimits, Queue, Refused, Taken};

/// The meeting point of receiver and host. Shared between them in an `Arc`; no call of the receiver's side waits.
#[derive(Debug)]
pub struct Inbox {
    queue: Queue,
    problems: ProblemLog,
    counters: Counters,
    certificate: CertificateExpiry,
}

impl Inbox {
    /// The default bound of the queue, in bytes.
    pub const DEFAULT_MAX_BYTES: usize = 64 * 1024 * 1024;

    /// An empty inbox for events of `max_bytes` together ([`ReceivedEvent::size`]); a larger one is taken when the
    /// queue is empty.
    pub fn new(max_bytes: usize) -> Self {
        Self {
            queue: Queue::new(max_bytes),
            problems: ProblemLog::default(),
            counters: Counters::default(),
            certificate: CertificateExpiry::default(),
        }
    }

    /// Puts an event into the queue, or drops it, counted and reported.
    pub fn push(&self, event: ReceivedEvent) -> Result<(), Refused> {
        let refused = match self.queue.push(event) {
            Ok(()) => {
                self.count(Counter::EventsAccepted);
                return Ok(());
            }
            Err(refused) => refused,
        };
        if refused == Refused::Full {
            self.count(Counter::EventsDropped);
            self.report(ProblemKind::QueueFull, || {
                "events were dropped: the queue is full because they are taken more slowly than they come".to_owned()
            });
        }
        Err(refused)
    }

    /// Counts a problem that the host will hear of through [`due_problems`](Self::due_problems).
    ///
    /// `message` must be safe to show: no token, nothing of a body.
    pub fn report(&self, kind: ProblemKind, message: impl FnOnce() -> String) {
        if self.problems.report(kind, message) == Report::First {
            self.queue.wake();
        }
    }

    /// Moves events to the end of `batch` in order of arrival, as many as `limits` allows.
    ///
    /// Waits up to `wait` for the first, and returns at once when one arrives, when a problem is reported or when the
    /// inbox is closed.
    pub fn take(&self, batch: &mut Vec<ReceivedEvent>, limits: BatchLimits, wait: Duration) -> Taken {
        self.queue.take(batch, limits, wait)
    }

    /// The problems the host should hear of at `now`, which are thereby handed out.
    ///
    /// The first of a kind is due at once, later ones together once [`PROBLEM_INTERVAL`](crate::PROBLEM_INTERVAL) is
    /// over. Ask regularly: what becomes due with time is not announced.
    pub fn due_problems(&self, now: Instant) -> Vec<Problem> {
        self.problems.due(now)
    }

    /// Accepts no more events and wakes the host, which still gets those that are in the queue.
    pub fn close(&self) {
        self.queue.close();
    }

    /// Everything counted, and how full the queue is.
    pub fn metrics(&self) -> Vec<Metric> {
        let (events, bytes) = self.queue.depth();
        let gauge = |name, description, value| Metric { name, description, kind: MetricKind::Gauge, value };
        let depth = [
            gauge("events_queued", "Events waiting for the host.", events as u64),
            gauge("queued_bytes", "Size of the events waiting for the host, in bytes.", bytes as u64),
        ];
        let certificate = self.certificate.seconds_left(SystemTime::now()).map(|left| {
            gauge("tls_certificate_expires_seconds", "Seconds until the TLS certificate expires, 0 if it has.", left)
        });
        self.counters.metrics().chain(depth).chain(certificate).collect()
    }

    /// The end of the certificate in use.
    pub(crate) fn certificate_ends(&self, not_after: Option<SystemTime>) {
        self.certificate.set(not_after);
    }

    pub(crate) fn count(&self, counter: Counter) {
        self.counters.increase(counter);
    }

    pub(crate) fn uncount(&self, counter: Counter) {
        self.counters.decrease(counter);
    }
}

impl Default for Inbox {
    fn default() -> Self {
        Self::new(Self::DEFAULT_MAX_BYTES)
    }
}
