//! One thread that writes for all: events that arrive while one fsync runs share the next.

use std::future::Future;
use std::io;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use super::Accepted;
use super::desk::{Deposit, Desk, Expected, Unwritten};
use super::shared::Shared;
use crate::arrival::Arrival;
use crate::metrics::Counter;
use crate::queue::Refused;
use crate::spool::{Fate, Progress, Spool, Writer};
use crate::state_directory::StateDirectory;

/// How long to wait at most for those who are likely to come, however slow the disk is.
const LONGEST_PATIENCE: Duration = Duration::from_millis(1);

/// The running thread. Dropping it writes what is waiting and ends it.
#[derive(Debug)]
pub(super) struct GroupCommit {
    desk: Arc<Desk>,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl GroupCommit {
    pub(super) fn start(spool: Spool, state: Arc<StateDirectory>, shared: &Arc<Shared>) -> io::Result<Self> {
        let desk = Arc::new(Desk::default());
        let clerk = Clerk {
            desk: Arc::clone(&desk),
            shared: Arc::clone(shared),
            writer: spool.writer,
            progress: spool.progress,
            _state: state,
        };
        let thread = thread::Builder::new().name("gitlab-spool".to_owned()).spawn(move || clerk.work())?;
        Ok(Self { desk, shared: Arc::clone(shared), thread: Some(thread) })
    }

    /// Has events written; without any, the future is done when all that came before are.
    pub(super) fn commit(&self, arrivals: Vec<Arrival>) -> impl Future<Output = Accepted> + Send + use<> {
        let (answer, told) = oneshot::channel();
        let brought: Vec<_> = arrivals.iter().map(|arrival| (arrival.worth, arrival.fingerprint)).collect();
        if let Err((deposit, why)) = self.desk.put(Deposit { arrivals, answer }) {
            deposit.keep_in_memory(&self.shared, why);
        }
        let shared = Arc::clone(&self.shared);
        async move {
            if let Ok(accepted) = told.await {
                return accepted;
            }
            // The thread answers every deposit; it has panicked with this one in its hands.
            shared.lose(&brought);
            Accepted { count: 0, refused: (!brought.is_empty()).then_some(Refused::Closed) }
        }
    }
}

impl Drop for GroupCommit {
    fn drop(&mut self) {
        self.desk.end();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the spool's thread panicked");
        }
    }
}

/// Who works in the thread.
struct Clerk {
    desk: Arc<Desk>,
    shared: Arc<Shared>,
    writer: Writer,
    progress: Progress,
    /// The directory is ours as long as we write.
    _state: Arc<StateDirectory>,
}

impl Clerk {
    fn work(mut self) {
        let mut expected = Expected::default();
        while let Some(group) = self.desk.next_group(expected) {
            self.keep_house();
            let (deposits, begun) = (group.len(), Instant::now());
            self.store(group);
            // Those who came meanwhile wait already. Half of all is enough to go on with: while they are written, the other half is
            // answered and sends again, so neither the disk nor the senders rest.
            expected = Expected {
                deposits: (deposits + self.desk.waiting()).div_ceil(2),
                patience: (begun.elapsed() / 2).min(LONGEST_PATIENCE),
            };
        }
        self.keep_house();
    }

    fn store(&mut self, group: Vec<Deposit>) {
        let (mut arrivals, mut answers) = (Vec::new(), Vec::new());
        for deposit in group {
            answers.push((deposit.arrivals.len(), deposit.answer));
            arrivals.extend(deposit.arrivals);
        }
        let shared = &self.shared;
        let outcome = self.writer.store(&arrivals, || shared.queue.unread().from);
        shared.count_shed(&outcome.evicted);
        let failed = outcome.fates.iter().filter(|fate| **fate == Fate::Failed).count() as u64;
        if failed > 0 {
            shared.count_spool_failure(failed, outcome.failure.as_ref());
        }
        if outcome.fates.iter().any(|fate| matches!(fate, Fate::Stored(_))) {
            shared.counters.increase(Counter::SpoolCommits);
        }
        let mut settled = arrivals.into_iter().zip(outcome.fates).map(|(arrival, fate)| match fate {
            Fate::Stored(sequence) => {
                shared.queue_stored(sequence, arrival);
                Ok(())
            }
            // Not as safe as promised, but all that can be done: GitLab would not send it again.
            Fate::Failed => shared.queue_in_memory(arrival),
            Fate::Shed => Err(shared.refuse(&arrival)),
        });
        for (count, answer) in answers {
            let mut accepted = Accepted::default();
            settled.by_ref().take(count).for_each(|outcome| accepted.add(outcome));
            // Who asked may have gone away meanwhile.
            _ = answer.send(accepted);
        }
    }

    /// Writes down how far the host has got and removes what it has taken. What fails is tried again with the next round.
    fn keep_house(&mut self) {
        let sequence = self.shared.queue.acknowledged();
        if sequence <= self.progress.sequence() {
            return;
        }
        // On a full disk nothing can be written until something is removed.
        let removed = self.writer.remove_up_to(sequence);
        if let Err(error) = removed.and_then(|()| self.progress.set(sequence)) {
            tracing::debug!(%error, "the spool cannot be tidied up");
        }
    }
}

impl Drop for Clerk {
    /// Whoever waits hears something, whatever has happened.
    fn drop(&mut self) {
        for deposit in self.desk.close() {
            deposit.keep_in_memory(&self.shared, Unwritten::NobodyWrites);
        }
    }
}

#[cfg(test)]
mod tests {
    use audit_event::Origin;

    use super::*;
    use crate::duplicates::Novelty;
    use crate::event::ReceivedEvent;
    use crate::fingerprint::Fingerprint;
    use crate::inbox::settings::InboxSettings;
    use crate::queue::BatchLimits;
    use crate::worth::Worth;

    #[test]
    fn what_the_thread_has_in_its_hands_when_it_panics_is_counted_and_welcome_again() {
        let (desk, shared) = (Arc::new(Desk::default()), Arc::new(Shared::new(InboxSettings::default())));
        let commits = GroupCommit { desk: Arc::clone(&desk), shared: Arc::clone(&shared), thread: None };
        let (event, now) = (Fingerprint::from_bytes([1; Fingerprint::LENGTH]), Instant::now());
        assert_eq!(shared.duplicates.remember(event, now), Novelty::New);
        let arrival = Arrival {
            event: ReceivedEvent::now("{}", Origin::Webhook, None),
            worth: Worth::Saved,
            fingerprint: Some(event),
        };
        let committed = commits.commit(vec![arrival]);
        drop(desk.close());
        let accepted = tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(committed);
        assert_eq!(accepted, Accepted { count: 0, refused: Some(Refused::Closed) });
        assert_eq!(shared.due_problems(Instant::now()).len(), 1);
        assert_eq!(shared.duplicates.remember(event, now), Novelty::New);
    }

    #[test]
    fn when_the_thread_panics_who_waits_is_answered_and_events_are_kept_in_memory() {
        let directory = tempfile::tempdir().unwrap();
        let state = StateDirectory::open(directory.path()).unwrap();
        let spool = Spool::open(&state, 1024 * 1024, &mut |_, _| {}).unwrap();
        let (desk, shared) = (Arc::new(Desk::default()), Arc::new(Shared::new(InboxSettings::default())));
        let clerk = Clerk {
            desk: Arc::clone(&desk),
            shared: Arc::clone(&shared),
            writer: spool.writer,
            progress: spool.progress,
            _state: Arc::new(state),
        };
        let (answer, mut told) = oneshot::channel();
        let event = || ReceivedEvent::now("{}", Origin::Webhook, None);
        let arrivals = || vec![Arrival { event: event(), worth: Worth::Saved, fingerprint: None }];
        desk.put(Deposit { arrivals: arrivals(), answer }).unwrap();
        let ended = thread::spawn(move || {
            let _clerk = clerk;
            panic!("a mistake in what writes the spool");
        });
        assert!(ended.join().is_err());
        assert_eq!(told.try_recv().unwrap(), Accepted { count: 1, refused: None });
        let commits = GroupCommit { desk, shared: Arc::clone(&shared), thread: None };
        let accepted =
            tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(commits.commit(arrivals()));
        assert_eq!(accepted, Accepted { count: 1, refused: None });
        let mut batch = Vec::new();
        shared.take(&mut batch, BatchLimits { events: 10, bytes: 1024 }, Duration::ZERO);
        assert_eq!(batch.len(), 2);
        assert_eq!(shared.due_problems(Instant::now()).len(), 1);
    }
}
