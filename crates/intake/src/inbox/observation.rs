//! What an operator may want to watch: whether events come in, from whom, how fast, and how full everything is.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::Inbox;
use crate::certificate_expiry::CertificateExpiry;
use crate::event::ReceivedEvent;
use crate::instances::{InstanceActivity, Instances};
use crate::latency::{Latency, LatencyCounts};
use crate::metrics::{Metric, MetricKind};

/// What is watched beside the counters.
#[derive(Debug, Default)]
pub(super) struct Observation {
    is_open: AtomicBool,
    certificate: CertificateExpiry,
    instances: Instances,
    request_latency: Latency,
    delivery_latency: Latency,
    more_metrics: MoreMetrics,
}

/// What a later stage counts.
#[derive(Default)]
struct MoreMetrics(OnceLock<Box<dyn Fn() -> Vec<Metric> + Send + Sync>>);

impl std::fmt::Debug for MoreMetrics {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("MoreMetrics")
    }
}

impl Inbox {
    /// Says that events come in from now on.
    pub fn open(&self) {
        self.observation.is_open.store(true, Ordering::Relaxed);
    }

    /// Says that no more events come in.
    pub(crate) fn leave(&self) {
        self.observation.is_open.store(false, Ordering::Relaxed);
    }

    /// Whether events come in.
    pub(crate) fn is_open(&self) -> bool {
        self.observation.is_open.load(Ordering::Relaxed)
    }

    /// Shows what a later stage counts among [`metrics`](Self::metrics), so that there is one place to ask. The first call
    /// counts.
    pub fn count_also(&self, metrics: impl Fn() -> Vec<Metric> + Send + Sync + 'static) {
        let _ = self.observation.more_metrics.0.set(Box::new(metrics));
    }

    /// Everything counted, and how full the queue and the spool are.
    pub fn metrics(&self) -> Vec<Metric> {
        let (events, bytes) = self.shared.queue.depth();
        let mut metrics: Vec<Metric> = self.shared.counters.metrics().collect();
        metrics.extend([
            gauge("events_queued", "Events waiting for the host in memory.", events as u64),
            gauge("queued_bytes", "Size of the events waiting for the host in memory, in bytes.", bytes as u64),
        ]);
        metrics.extend(self.spool_metrics().into_iter().flatten());
        metrics.extend(self.observation.certificate.seconds_left(SystemTime::now()).map(|left| {
            gauge("tls_certificate_expires_seconds", "Seconds until the TLS certificate expires, 0 if it has.", left)
        }));
        metrics.extend(self.observation.request_latency.metrics(
            ("requests_accepted", "Requests whose events were accepted."),
            ("request_microseconds", "Time it took to answer them, all together, in microseconds."),
        ));
        metrics.extend(self.observation.delivery_latency.metrics(
            ("events_delivered", "Received events handed over to the host."),
            ("delivery_microseconds", "Time from their arrival to that, all together, in microseconds."),
        ));
        metrics.extend(self.observation.more_metrics.0.get().into_iter().flat_map(|more| more()));
        metrics
    }

    fn spool_metrics(&self) -> Option<[Metric; 4]> {
        let spool = self.shared.spool.as_ref()?;
        let oldest = spool.oldest_age(self.shared.queue.acknowledged()).as_secs();
        let unread = self.shared.queue.unread();
        let behind = unread.to.saturating_sub(unread.from);
        Some([
            gauge("spool_bytes", "Size of the spool's files, in bytes.", spool.bytes()),
            gauge("spool_segments", "Number of the spool's files.", spool.segments() as u64),
            gauge("spool_events_behind", "Events waiting for the host on the disk only.", behind),
            gauge("spool_oldest_seconds", "About how long the oldest event in the spool has been waiting.", oldest),
        ])
    }

    /// Name, description and counts of each histogram.
    pub(crate) fn latencies(&self) -> [(&'static str, &'static str, LatencyCounts); 2] {
        let Observation { request_latency, delivery_latency, .. } = &self.observation;
        [
            ("request_seconds", "Time to answer a request whose events were accepted.", request_latency.counts()),
            ("delivery_seconds", "Time from an event's arrival to its hand-over.", delivery_latency.counts()),
        ]
    }

    /// What each watched instance has sent.
    pub fn instances(&self) -> Vec<InstanceActivity> {
        self.observation.instances.activity()
    }

    /// Watches an instance from now on; without a name, whatever comes with a token that has none or from files.
    pub fn watch_instance(&self, name: Option<&Arc<str>>) {
        self.observation.instances.watch(name);
    }

    /// Counts events that have come from an instance now, whatever becomes of them.
    pub(crate) fn arrived(&self, instance: Option<&Arc<str>>, events: u64) {
        self.observation.instances.arrived(instance, events);
    }

    /// Notes how long it took to answer a request whose events were accepted.
    pub(crate) fn answered(&self, after: Duration) {
        self.observation.request_latency.observe(after);
    }

    /// Notes that the host has been handed these events.
    pub fn delivered(&self, events: &[ReceivedEvent]) {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        for event in events {
            // A clock that was set back makes it negative.
            self.observation.delivery_latency.observe(now.saturating_sub(Duration::from_nanos(event.received_at)));
        }
    }

    /// The end of the certificate in use.
    pub(crate) fn certificate_ends(&self, not_after: Option<SystemTime>) {
        self.observation.certificate.set(not_after);
    }
}

const fn gauge(name: &'static str, description: &'static str, value: u64) -> Metric {
    Metric { name, description, kind: MetricKind::Gauge, value }
}
