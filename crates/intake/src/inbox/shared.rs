//! What receiver, spool and host share: the queue, what is counted, what is remembered.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use audit_event::{AuditEvent, EventIndex};

use super::settings::{Ignore, InboxSettings};
use crate::arrival::Arrival;
use crate::duplicates::{Duplicates, Novelty};
use crate::event::ReceivedEvent;
use crate::fingerprint::Fingerprint;
use crate::metrics::{Counter, Counters};
use crate::problem::{Problem, ProblemKind, ProblemLog, Report};
use crate::queue::{BatchLimits, Look, Outcome, Queue, Refused, Taken, Unread};
use crate::shed::{Counts, Shed};
use crate::spool::{Read, Spool, SpoolReader};
use crate::worth::Worth;

/// What is read from the spool at once, in bytes.
const READ_BYTES: usize = 1024 * 1024;

/// How long the spool is left alone after it could not be read.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub(super) struct Shared {
    pub(super) queue: Queue,
    pub(super) counters: Counters,
    pub(super) duplicates: Duplicates,
    pub(super) spool: Option<SpoolReader>,
    problems: ProblemLog,
    has_told_of_repetition: AtomicBool,
    shed: Shed,
    ignore: Option<Ignore>,
    max_bytes: usize,
}

/// What to do with an event.
#[derive(Debug)]
pub(super) enum Admission {
    New(Arrival),
    /// It is wanted by nobody.
    Ignored,
    /// It came already.
    Repeated,
}

impl Shared {
    pub(super) fn new(settings: InboxSettings) -> Self {
        Self {
            queue: Queue::new(settings.max_bytes, Unread { from: 1, to: 1 }),
            counters: Counters::default(),
            duplicates: Duplicates::new(settings.deduplication_window),
            spool: None,
            problems: ProblemLog::default(),
            has_told_of_repetition: AtomicBool::new(false),
            shed: Shed::default(),
            ignore: settings.ignore,
            max_bytes: settings.max_bytes,
        }
    }

    /// Takes over what was found in the spool.
    pub(super) fn begin_from(&mut self, spool: &Spool) {
        let recovered = &spool.recovered;
        let unread = Unread { from: spool.progress.sequence() + 1, to: recovered.next_sequence };
        self.queue = Queue::new(self.max_bytes, unread);
        self.spool = Some(spool.reader.clone());
        if recovered.waiting > 0 || recovered.torn_bytes > 0 {
            tracing::info!(
                events = recovered.waiting,
                torn_bytes = recovered.torn_bytes,
                "the spool holds events of an earlier run, which are delivered now"
            );
        }
        self.counters.add(Counter::SpoolRecovered, recovered.waiting);
        self.counters.add(Counter::SpoolTornBytes, recovered.torn_bytes);
        self.count_damages(recovered.damages, &recovered.first_damage);
    }

    /// Decides what becomes of an event before anything is done for it.
    ///
    /// One that cannot be read is kept like any other: a host may still show it.
    pub(super) fn admit(&self, event: ReceivedEvent, index: &mut EventIndex) -> Admission {
        let read = index.parse_received(&event.json).ok();
        if self.ignores(read, &event) {
            return Admission::Ignored;
        }
        let worth = Worth::of(read);
        let fingerprint = read.and_then(|read| Fingerprint::of(read, event.instance.as_ref()));
        let arrival = Arrival { event, worth, fingerprint };
        let novelty = fingerprint.map(|event| self.duplicates.remember(event, Instant::now()));
        if novelty == Some(Novelty::Repeated) {
            self.count_repetition();
            return Admission::Repeated;
        }
        Admission::New(arrival)
    }

    /// Whether somebody wants an event, which is all there is to decide about one that its file keeps.
    pub(super) fn is_wanted(&self, event: &ReceivedEvent) -> bool {
        self.ignore.is_none() || !self.ignores(EventIndex::default().parse_received(&event.json).ok(), event)
    }

    fn ignores(&self, read: Option<AuditEvent<'_>>, event: &ReceivedEvent) -> bool {
        let (Some(ignore), Some(read)) = (&self.ignore, read) else { return false };
        let ignores = ignore.accepts(read, event);
        if ignores {
            self.counters.increase(Counter::EventsIgnored);
        }
        ignores
    }

    /// Repetitions are daily fare where two destinations point here, so the log tells of one only; but who sends a sample again
    /// and waits for its alert must find out why none comes.
    fn count_repetition(&self) {
        self.counters.increase(Counter::EventsRepeated);
        if !self.has_told_of_repetition.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                "an event came again within DeduplicationWindow and is left out; further ones are counted as events_repeated \
                 and not told here"
            );
        }
    }

    /// Queues an event that is nowhere else.
    pub(super) fn queue_in_memory(&self, arrival: Arrival) -> Result<(), Refused> {
        let (worth, fingerprint) = (arrival.worth, arrival.fingerprint);
        match self.queue.push(arrival) {
            Ok(evicted) => {
                self.counters.increase(Counter::EventsAccepted);
                self.count_shed(&evicted);
                Ok(())
            }
            Err(refused) => {
                if let Some(fingerprint) = fingerprint {
                    self.duplicates.forget(fingerprint);
                }
                if refused == Refused::Full {
                    self.count_shed_one(worth);
                }
                Err(refused)
            }
        }
    }

    /// Queues an event that is stored under this sequence number.
    pub(super) fn queue_stored(&self, sequence: u64, arrival: Arrival) {
        self.counters.increase(Counter::EventsAccepted);
        self.queue.push_stored(sequence, arrival);
    }

    /// An event that the spool has no room for.
    pub(super) fn refuse(&self, arrival: &Arrival) -> Refused {
        if let Some(fingerprint) = arrival.fingerprint {
            self.duplicates.forget(fingerprint);
        }
        self.count_shed_one(arrival.worth);
        Refused::Full
    }

    /// Events that are gone by a mistake of ours. Counted like those that are let go, and welcome when they are sent again.
    pub(super) fn lose(&self, events: &[(Worth, Option<Fingerprint>)]) {
        let mut counts = Counts::default();
        for (worth, fingerprint) in events {
            counts[*worth as usize] += 1;
            if let Some(fingerprint) = fingerprint {
                self.duplicates.forget(*fingerprint);
            }
        }
        self.count_shed(&counts);
    }

    /// The disk would not take so many events.
    pub(super) fn count_spool_failure(&self, events: u64, error: Option<&io::Error>) {
        self.counters.add(Counter::SpoolFailed, events);
        let why = error.map_or_else(|| "the disk failed a moment ago".to_owned(), io::Error::to_string);
        self.report_many(ProblemKind::SpoolFailed, events, || {
            format!(
                "events are kept in memory only and would be lost in a crash, because the spool in StateDir cannot be written: \
                 {why}; make room or mend the disk, it is tried again every second"
            )
        });
    }

    pub(super) fn count_shed(&self, counts: &Counts) {
        let sum = counts.iter().sum();
        if sum == 0 {
            return;
        }
        for (worth, count) in Worth::ALL.into_iter().zip(counts) {
            self.counters.add(Counter::shed(worth), *count);
        }
        self.shed.add(counts);
        // The message is made when it is handed out, with all that were let go until then.
        self.report_many(ProblemKind::Shed, sum, String::new);
    }

    fn count_shed_one(&self, worth: Worth) {
        let mut counts = Counts::default();
        counts[worth as usize] = 1;
        self.count_shed(&counts);
    }

    fn count_damages(&self, count: u64, first: &str) {
        if count > 0 {
            self.counters.add(Counter::SpoolDamaged, count);
            self.report_many(ProblemKind::SpoolDamaged, count, || first.to_owned());
        }
    }

    pub(super) fn report(&self, kind: ProblemKind, message: impl FnOnce() -> String) {
        self.report_many(kind, 1, message);
    }

    fn report_many(&self, kind: ProblemKind, count: u64, message: impl FnOnce() -> String) {
        if self.problems.report_many(kind, count, message) == Report::First {
            self.queue.wake();
        }
    }

    pub(super) fn take(&self, batch: &mut Vec<ReceivedEvent>, limits: BatchLimits, wait: Duration) -> Taken {
        let start = Instant::now();
        let mut look = Look::Everywhere;
        loop {
            let left = match look {
                Look::Everywhere => wait.saturating_sub(start.elapsed()),
                Look::InMemory => wait.saturating_sub(start.elapsed()).min(PAUSE_AFTER_FAILURE),
            };
            let unread = match self.queue.take(batch, limits, left, look) {
                Outcome::Taken(taken) => return taken,
                Outcome::Behind(unread) => unread,
            };
            if let Err(error) = self.read_spool(unread) {
                self.report(ProblemKind::SpoolDamaged, || format!("the spool in StateDir cannot be read: {error}"));
                look = Look::InMemory;
            }
        }
    }

    fn read_spool(&self, unread: Unread) -> io::Result<()> {
        let Some(spool) = &self.spool else { return Ok(()) };
        let damages = spool.read(unread.from, unread.to, READ_BYTES, |Read { events, next, damages }| {
            self.queue.refill(events, next);
            damages
        })?;
        self.count_damages(damages.len() as u64, damages.first().map_or("", String::as_str));
        Ok(())
    }

    pub(super) fn due_problems(&self, now: Instant) -> Vec<Problem> {
        let mut problems = self.problems.due(now);
        for problem in problems.iter_mut().filter(|problem| problem.kind == ProblemKind::Shed) {
            problem.message = self.shed.take_message();
        }
        problems
    }
}
