//! One thread that writes for all: events that arrive while one fsync runs share the next.

use std::collections::VecDeque;
use std::future::Future;
use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tokio::sync::oneshot;

use super::Accepted;
use super::shared::Shared;
use crate::arrival::Arrival;
use crate::metrics::Counter;
use crate::queue::Refused;
use crate::spool::{Fate, Progress, Spool, Writer};
use crate::state_directory::StateDirectory;

/// What one fsync is for at most: about this, in bytes. Those who come later would wait too long for more.
const GROUP_BYTES: usize = 4 * 1024 * 1024;

/// How long it may take until what the host has taken is written down and removed.
const HOUSEKEEPING_INTERVAL: Duration = Duration::from_secs(1);

/// The running thread. Dropping it writes what is waiting and ends it.
#[derive(Debug)]
pub(super) struct GroupCommit {
    desk: Arc<Desk>,
    thread: Option<JoinHandle<()>>,
}

/// Events that arrived together, and where to tell what became of them.
#[derive(Debug)]
struct Deposit {
    arrivals: Vec<Arrival>,
    answer: oneshot::Sender<Accepted>,
}

/// Where deposits wait. Their memory is bounded by that of the bodies they came in, whose requests wait for them.
#[derive(Debug, Default)]
struct Desk {
    waiting: Mutex<Waiting>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Waiting {
    deposits: VecDeque<Deposit>,
    is_ending: bool,
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
        Ok(Self { desk, thread: Some(thread) })
    }

    /// Has events written; without any, the future is done when all that came before are.
    pub(super) fn commit(&self, arrivals: Vec<Arrival>) -> impl Future<Output = Accepted> + Send + use<> {
        let (answer, told) = oneshot::channel();
        let count = arrivals.len();
        self.desk.lock().deposits.push_back(Deposit { arrivals, answer });
        self.desk.changed.notify_one();
        async move {
            // The thread answers every deposit; it would have to panic for this.
            let lost = Accepted { count: 0, refused: (count > 0).then_some(Refused::Closed) };
            told.await.unwrap_or(lost)
        }
    }
}

impl Drop for GroupCommit {
    fn drop(&mut self) {
        self.desk.lock().is_ending = true;
        self.desk.changed.notify_one();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the spool's thread panicked");
        }
    }
}

impl Desk {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The deposits for the next fsync, which may be none when there was nothing to do for a while; none at the end.
    fn next_group(&self) -> Option<Vec<Deposit>> {
        let is_idle = |waiting: &mut Waiting| waiting.deposits.is_empty() && !waiting.is_ending;
        let waited = self.changed.wait_timeout_while(self.lock(), HOUSEKEEPING_INTERVAL, is_idle);
        let mut waiting = waited.unwrap_or_else(PoisonError::into_inner).0;
        if waiting.deposits.is_empty() && waiting.is_ending {
            return None;
        }
        let (mut group, mut bytes) = (Vec::new(), 0);
        while bytes < GROUP_BYTES
            && let Some(deposit) = waiting.deposits.pop_front()
        {
            bytes += deposit.arrivals.iter().map(|arrival| arrival.event.size()).sum::<usize>();
            group.push(deposit);
        }
        Some(group)
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
        while let Some(group) = self.desk.next_group() {
            self.keep_house();
            self.store(group);
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
