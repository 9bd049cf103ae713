//! Where a receiver puts what arrived and a host takes it: events, problems and counts.

mod commit_queue;
mod commit_thread;
mod group_commit;
mod observation;
mod settings;
mod shared;

use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

use audit_event::EventIndex;

use self::group_commit::GroupCommit;
use self::observation::Observation;
pub use self::settings::{Ignore, InboxSettings, SpoolSettings};
use self::shared::{Admission, Shared};
use crate::event::{ReceivedEvent, nanoseconds_now};
use crate::files::FileError;
use crate::metrics::Counter;
use crate::problem::{Problem, ProblemKind};
use crate::queue::{BatchLimits, Refused, Taken};
use crate::spool::{Spool, SpoolError};

/// The meeting point of receiver and host. Shared between them in an `Arc`; no call of the receiver's side waits for the
/// host.
#[derive(Debug)]
pub struct Inbox {
    shared: Arc<Shared>,
    spool: Option<GroupCommit>,
    observation: Observation,
}

/// What became of some events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Accepted {
    /// How many are safe now, or need not be kept.
    pub(crate) count: usize,
    /// Why the first of the others is not.
    pub(crate) refused: Option<Refused>,
}

impl Inbox {
    /// The default bound of the queue, in bytes.
    pub const DEFAULT_MAX_BYTES: usize = 64 * 1024 * 1024;

    /// An empty inbox in memory for events of `max_bytes` together ([`ReceivedEvent::size`]); a larger one is taken when
    /// the queue is empty. It takes repetitions for new events.
    pub fn new(max_bytes: usize) -> Self {
        let settings = InboxSettings { max_bytes, deduplication_window: Duration::ZERO, ..InboxSettings::default() };
        Self { shared: Arc::new(Shared::new(settings)), spool: None, observation: Observation::default() }
    }

    /// An inbox that keeps its events in a spool, if the settings say so, and finds there what was left.
    pub fn start(mut settings: InboxSettings) -> Result<Self, SpoolError> {
        let Some(spool) = settings.spool.take() else {
            return Ok(Self {
                shared: Arc::new(Shared::new(settings)),
                spool: None,
                observation: Observation::default(),
            });
        };
        let mut shared = Shared::new(settings);
        let (now, time) = (Instant::now(), nanoseconds_now());
        let opened = Spool::open(&spool.state, spool.max_bytes, &mut |fingerprint, received_at| {
            // A clock that was set back makes the event a new one, so it is remembered longer than it need be.
            shared.duplicates.recall(fingerprint, now, Duration::from_nanos(time.saturating_sub(received_at)));
        })?;
        shared.begin_from(&opened);
        let shared = Arc::new(shared);
        let spool = GroupCommit::start(opened, spool.state, &shared).map_err(SpoolError::Thread)?;
        Ok(Self { shared, spool: Some(spool), observation: Observation::default() })
    }

    /// Puts an event into the queue in memory, or drops it, counted and reported.
    ///
    /// For events that can be read again where they came from; those that come once belong into the spool, if there is one.
    pub fn push(&self, event: ReceivedEvent) -> Result<(), Refused> {
        match self.shared.admit(event, &mut EventIndex::default()) {
            Admission::New(arrival) => self.shared.queue_in_memory(arrival),
            Admission::Ignored | Admission::Repeated => Ok(()),
        }
    }

    /// Takes events that arrive once and for all. When the future is done, they are as safe as they will be: on the disk if
    /// there is a spool, else in the queue.
    pub(crate) fn accept(
        &self,
        events: &mut dyn Iterator<Item = ReceivedEvent>,
        index: &mut EventIndex,
    ) -> impl Future<Output = Accepted> + Send + use<> {
        let (mut accepted, mut arrivals, mut must_wait) = (Accepted::default(), Vec::new(), false);
        for event in events {
            match self.shared.admit(event, index) {
                Admission::Ignored => accepted.count += 1,
                // Its first coming may not be on the disk yet, and the answer says that it is.
                Admission::Repeated => (accepted.count, must_wait) = (accepted.count + 1, true),
                Admission::New(arrival) if self.spool.is_none() => {
                    accepted.add(self.shared.queue_in_memory(arrival));
                }
                Admission::New(arrival) => arrivals.push(arrival),
            }
        }
        let committed =
            self.spool.as_ref().filter(|_| must_wait || !arrivals.is_empty()).map(|spool| spool.commit(arrivals));
        async move {
            if let Some(committed) = committed {
                let stored = committed.await;
                accepted.count += stored.count;
                accepted.refused = accepted.refused.or(stored.refused);
            }
            accepted
        }
    }

    /// Counts an event that was read from a file, and gives it back unless nobody wants it. Its file keeps it, so it needs neither
    /// queue nor spool, and it is never left out as a repetition.
    pub fn pass(&self, event: ReceivedEvent) -> Option<ReceivedEvent> {
        self.count(Counter::EventsReceived);
        self.arrived(event.instance.as_ref(), 1);
        self.shared.is_wanted(&event).then_some(event)
    }

    /// Counts what in a file is no event; the host will hear of it through [`due_problems`](Self::due_problems).
    pub fn report_file(&self, error: &FileError) {
        if error.kind() == ProblemKind::MalformedFile {
            self.count(Counter::EventsReceived);
            self.count(Counter::EventsMalformed);
        }
        self.report(error.kind(), || error.to_string());
    }

    /// Counts a problem that the host will hear of through [`due_problems`](Self::due_problems).
    ///
    /// `message` must be safe to show: no token, nothing of a body.
    pub fn report(&self, kind: ProblemKind, message: impl FnOnce() -> String) {
        self.shared.report(kind, message);
    }

    /// Moves events to the end of `batch` in order of arrival, as many as `limits` allows. Asking again says that the
    /// events of the last batch are dealt with, and need not be delivered again after a restart.
    ///
    /// Waits up to `wait` for the first, and returns at once when one arrives, when a problem is reported or when the
    /// inbox is closed. While events come by the thousand in a second, it returns once in a millisecond with all that came.
    pub fn take(&self, batch: &mut Vec<ReceivedEvent>, limits: BatchLimits, wait: Duration) -> Taken {
        self.shared.take(batch, limits, wait)
    }

    /// The problems the host should hear of at `now`, which are thereby handed out.
    ///
    /// The first of a kind is due at once, later ones together once [`PROBLEM_INTERVAL`](crate::PROBLEM_INTERVAL) is
    /// over. Ask regularly: what becomes due with time is not announced.
    pub fn due_problems(&self, now: Instant) -> Vec<Problem> {
        self.shared.due_problems(now)
    }

    /// Accepts no more events and wakes the host, which still gets those that are in the queue. What is only in the spool
    /// stays there for the next start.
    pub fn close(&self) {
        self.shared.queue.close();
    }

    pub(crate) fn count(&self, counter: Counter) {
        self.shared.counters.increase(counter);
    }

    pub(crate) fn uncount(&self, counter: Counter) {
        self.shared.counters.decrease(counter);
    }
}

impl Default for Inbox {
    fn default() -> Self {
        Self::new(Self::DEFAULT_MAX_BYTES)
    }
}

impl Accepted {
    fn add(&mut self, outcome: Result<(), Refused>) {
        match outcome {
            Ok(()) => self.count += 1,
            Err(refused) => _ = self.refused.get_or_insert(refused),
        }
    }
}
