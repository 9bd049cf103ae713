//! One thread that writes for all: events that arrive while one fsync runs share the next.

use std::collections::VecDeque;
use std::future::Future;
use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

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

/// How long to wait at most for those who are likely to come, however slow the disk is.
const LONGEST_PATIENCE: Duration = Duration::from_millis(1);

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
    /// How many there must be before it is worth waking the thread.
    wanted: usize,
    is_ending: bool,
}

/// Who is likely to come soon, and how long to wait for them.
///
/// Senders who have just got their answers send their next events at once. Without waiting for them, they would always
/// miss the next fsync, and half of the senders would share each.
#[derive(Debug, Clone, Copy, Default)]
struct Expected {
    deposits: usize,
    patience: Duration,
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
        self.desk.put(Deposit { arrivals, answer });
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

    fn put(&self, deposit: Deposit) {
        let mut waiting = self.lock();
        waiting.deposits.push_back(deposit);
        if waiting.deposits.len() >= waiting.wanted {
            self.changed.notify_one();
        }
    }

    fn wait_for<'a>(
        &self,
        mut waiting: MutexGuard<'a, Waiting>,
        deposits: usize,
        patience: Duration,
    ) -> MutexGuard<'a, Waiting> {
        waiting.wanted = deposits;
        let are_missing = |waiting: &mut Waiting| waiting.deposits.len() < deposits && !waiting.is_ending;
        self.changed.wait_timeout_while(waiting, patience, are_missing).unwrap_or_else(PoisonError::into_inner).0
    }

    /// The deposits for the next fsync, which may be none when there was nothing to do for a while; none at the end.
    fn next_group(&self, expected: Expected) -> Option<Vec<Deposit>> {
        let waiting = self.wait_for(self.lock(), 1, HOUSEKEEPING_INTERVAL);
        if waiting.deposits.is_empty() && waiting.is_ending {
            return None;
        }
        let mut waiting = match waiting.deposits.len() {
            0 => waiting,
            _ => self.wait_for(waiting, expected.deposits, expected.patience),
        };
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
        let mut expected = Expected::default();
        while let Some(group) = self.desk.next_group(expected) {
            self.keep_house();
            let (deposits, begun) = (group.len(), Instant::now());
            self.store(group);
            // Those who came meanwhile wait already.
            expected = Expected {
                deposits: deposits + self.desk.lock().deposits.len(),
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

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_mins(10);

    fn deposit(desk: &Desk) {
        desk.put(Deposit { arrivals: Vec::new(), answer: oneshot::channel().0 });
    }

    fn group(desk: &Desk, deposits: usize, patience: Duration) -> Option<usize> {
        desk.next_group(Expected { deposits, patience }).map(|group| group.len())
    }

    #[test]
    fn all_who_are_expected_share_one_group_and_nobody_waits_when_they_are_there() {
        let desk = Desk::default();
        thread::scope(|scope| {
            let waiting = scope.spawn(|| group(&desk, 3, LONG));
            (0..3).for_each(|_| deposit(&desk));
            assert_eq!(waiting.join().expect("it does not panic"), Some(3));
        });
        (0..2).for_each(|_| deposit(&desk));
        assert_eq!(group(&desk, 2, LONG), Some(2));
    }

    #[test]
    fn who_does_not_come_is_not_waited_for_longer_than_patience() {
        let desk = Desk::default();
        deposit(&desk);
        assert_eq!(group(&desk, 2, Duration::from_millis(1)), Some(1));
    }

    #[test]
    fn at_the_end_nobody_is_expected() {
        let desk = Desk::default();
        deposit(&desk);
        desk.lock().is_ending = true;
        assert_eq!(group(&desk, 2, LONG), Some(1));
        assert_eq!(group(&desk, 2, LONG), None);
    }
}
