//! Where a receiver puts what arrived and a host takes it: events, problems and counts.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::certificate_expiry::CertificateExpiry;
use crate::event::ReceivedEvent;
use crate::instances::{InstanceActivity, Instances};
use crate::latency::{Latency, LatencyCounts};
use crate::metrics::{Counter, Counters, Metric, MetricKind};
use crate::problem::{Problem, ProblemKind, ProblemLog, Report};
use crate::queue::{BatchLimits, Queue, Refused, Taken};

/// The meeting point of receiver and host. Shared between them in an `Arc`; no call of the receiver's side waits.
#[derive(Debug)]
pub struct Inbox {
    is_open: AtomicBool,
    queue: Queue,
    problems: ProblemLog,
    counters: Counters,
    certificate: CertificateExpiry,
    instances: Instances,
    request_latency: Latency,
    delivery_latency: Latency,
    more_metrics: MoreMetrics,
}

/// What others count.
#[derive(Default)]
struct MoreMetrics(OnceLock<Box<dyn Fn() -> Vec<Metric> + Send + Sync>>);

impl std::fmt::Debug for MoreMetrics {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("MoreMetrics")
    }
}

impl Inbox {
    /// The default bound of the queue, in bytes.
    pub const DEFAULT_MAX_BYTES: usize = 64 * 1024 * 1024;

    /// An empty inbox for events of `max_bytes` together ([`ReceivedEvent::size`]); a larger one is taken when the
    /// queue is empty.
    pub fn new(max_bytes: usize) -> Self {
        Self {
            is_open: AtomicBool::new(false),
            queue: Queue::new(max_bytes),
            problems: ProblemLog::default(),
            counters: Counters::default(),
            certificate: CertificateExpiry::default(),
            instances: Instances::default(),
            request_latency: Latency::default(),
            delivery_latency: Latency::default(),
            more_metrics: MoreMetrics::default(),
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

    /// Says that events come in from now on.
    pub fn open(&self) {
        self.is_open.store(true, Ordering::Relaxed);
    }

    /// Says that no more events come in.
    pub(crate) fn leave(&self) {
        self.is_open.store(false, Ordering::Relaxed);
    }

    /// Whether events come in.
    pub(crate) fn is_open(&self) -> bool {
        self.is_open.load(Ordering::Relaxed)
    }

    /// Accepts no more events and wakes the host, which still gets those that are in the queue.
    pub fn close(&self) {
        self.queue.close();
    }

    /// Shows what a later stage counts among [`metrics`](Self::metrics), so that there is one place to ask. The first call
    /// counts.
    pub fn count_also(&self, metrics: impl Fn() -> Vec<Metric> + Send + Sync + 'static) {
        let _ = self.more_metrics.0.set(Box::new(metrics));
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
        let requests = self.request_latency.metrics(
            ("requests_accepted", "Requests whose events were accepted."),
            ("request_microseconds", "Time it took to answer them, all together, in microseconds."),
        );
        let deliveries = self.delivery_latency.metrics(
            ("events_delivered", "Received events handed over to the host."),
            ("delivery_microseconds", "Time from their arrival to that, all together, in microseconds."),
        );
        let more = self.more_metrics.0.get().map(|metrics| metrics()).unwrap_or_default();
        self.counters.metrics().chain(depth).chain(certificate).chain(requests).chain(deliveries).chain(more).collect()
    }

    /// Name, description and counts of each histogram.
    pub(crate) fn latencies(&self) -> [(&'static str, &'static str, LatencyCounts); 2] {
        [
            ("request_seconds", "Time to answer a request whose events were accepted.", self.request_latency.counts()),
            ("delivery_seconds", "Time from an event's arrival to its hand-over.", self.delivery_latency.counts()),
        ]
    }

    /// What each watched instance has sent.
    pub fn instances(&self) -> Vec<InstanceActivity> {
        self.instances.activity()
    }

    /// Watches an instance from now on.
    pub(crate) fn watch_instance(&self, name: Option<&Arc<str>>) {
        self.instances.watch(name);
    }

    /// Counts events that have come from an instance now, whatever becomes of them.
    pub(crate) fn arrived(&self, instance: Option<&Arc<str>>, events: u64) {
        self.instances.arrived(instance, events);
    }

    /// Notes how long it took to answer a request whose events were accepted.
    pub(crate) fn answered(&self, after: Duration) {
        self.request_latency.observe(after);
    }

    /// Notes that the host has been handed these events.
    pub fn delivered(&self, events: &[ReceivedEvent]) {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        for event in events {
            // A clock that was set back makes it negative.
            self.delivery_latency.observe(now.saturating_sub(Duration::from_nanos(event.received_at)));
        }
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
