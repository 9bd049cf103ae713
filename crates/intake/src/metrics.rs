//! What the intake counts, as a list that any monitoring can print.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::worth::Worth;

/// A number to watch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Metric {
    /// The name, in `snake_case` and without a prefix.
    pub name: &'static str,
    /// What it counts, in one sentence.
    pub description: &'static str,
    /// Whether it only grows.
    pub kind: MetricKind,
    /// The value now.
    pub value: u64,
}

/// How a metric moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MetricKind {
    /// Only grows, from 0 at start.
    Monotonic,
    /// Goes up and down.
    Gauge,
}

macro_rules! counters {
    ($($counter:ident $kind:ident $name:literal $description:literal)+) => {
        /// One thing that is counted.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Counter {
            $($counter,)+
        }

        impl Counter {
            const ALL: &[Self] = &[$(Self::$counter,)+];

            const fn metric(self, value: u64) -> Metric {
                match self {
                    $(Self::$counter => Metric {
                        name: $name, description: $description, kind: MetricKind::$kind, value
                    },)+
                }
            }
        }
    };
}

counters! {
    Connections Monotonic "connections" "Connections accepted."
    ConnectionsOpen Gauge "connections_open" "Connections open now."
    TlsHandshakesFailed Monotonic "tls_handshakes_failed" "Connections closed because the TLS handshake failed."
    AcceptErrors Monotonic "accept_errors" "Times the system refused to accept a connection."
    BrokenConnections Monotonic "broken_connections" "Connections that ended in time-outs, resets or text that is not HTTP."
    Requests Monotonic "requests" "HTTP requests received."
    WrongMethod Monotonic "requests_rejected_method" "Requests that were not POST."
    WrongPath Monotonic "requests_rejected_path" "Requests for a path that is not served."
    SourceForbidden Monotonic "requests_rejected_source" "Requests, and over TLS connections, from addresses that are not allowed."
    Unauthorized Monotonic "requests_rejected_unauthorized" "Requests without the right token."
    BodyTooLarge Monotonic "requests_rejected_too_large" "Requests with a body above the limit."
    BodyIncomplete Monotonic "requests_rejected_incomplete" "Requests whose body ended too early or took too long."
    EventsReceived Monotonic "events_received" "Events found in the bodies of authorized requests and in files, broken ones included."
    EventsAccepted Monotonic "events_accepted" "Events put into the queue."
    EventsMalformed Monotonic "events_rejected_malformed" "Bodies and lines of files, or parts of them, that are not an event."
    EventsIgnored Monotonic "events_ignored" "Events that `Ignore` accepts."
    EventsRepeated Monotonic "events_repeated" "Events left out because they came already."
    ShedGitOperations Monotonic "events_shed_git_operations" "Events of repository_git_operation let go for want of room."
    ShedJobTokens Monotonic "events_shed_job_tokens" "Events of user_authenticated_using_job_token let go for want of room."
    ShedStreamedOnly Monotonic "events_shed_streamed_only" "Events of other types that GitLab does not save, let go for want of room."
    ShedSaved Monotonic "events_shed_saved" "Events of types that GitLab saves, let go for want of room."
    SpoolCommits Monotonic "spool_commits" "Times events were made safe on the disk, each for all that came since the last."
    SpoolFailed Monotonic "spool_failed" "Events kept in memory only because the disk failed."
    SpoolRecovered Monotonic "spool_recovered" "Events found in the spool at start."
    SpoolTornBytes Monotonic "spool_torn_bytes" "Bytes of half-written events that a crash left, cut off at start."
    SpoolDamaged Monotonic "spool_damaged" "Places in the spool that could not be read."
}

impl Counter {
    /// The counter of events of this worth that were let go.
    pub(crate) const fn shed(worth: Worth) -> Self {
        match worth {
            Worth::GitOperation => Self::ShedGitOperations,
            Worth::JobToken => Self::ShedJobTokens,
            Worth::StreamedOnly => Self::ShedStreamedOnly,
            Worth::Saved => Self::ShedSaved,
        }
    }
}

/// The counters of one inbox.
#[derive(Debug)]
pub(crate) struct Counters([AtomicU64; Counter::ALL.len()]);

impl Default for Counters {
    fn default() -> Self {
        Self([const { AtomicU64::new(0) }; Counter::ALL.len()])
    }
}

impl Counters {
    pub(crate) fn increase(&self, counter: Counter) {
        self.add(counter, 1);
    }

    pub(crate) fn add(&self, counter: Counter, count: u64) {
        self.0[counter as usize].fetch_add(count, Ordering::Relaxed);
    }

    /// For gauges only.
    pub(crate) fn decrease(&self, counter: Counter) {
        self.0[counter as usize].fetch_sub(1, Ordering::Relaxed);
    }

    pub(crate) fn metrics(&self) -> impl Iterator<Item = Metric> {
        Counter::ALL.iter().map(|&counter| counter.metric(self.0[counter as usize].load(Ordering::Relaxed)))
    }
}
