//! Commits that wait for the thread that writes them, and which of them share an fsync.

use std::collections::VecDeque;
use std::io;
use std::num::NonZeroUsize;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;

use super::Accepted;
use super::shared::Shared;
use crate::arrival::Arrival;

/// What one fsync is for at most: about this, in bytes. Those who come later would wait too long for more.
const GROUP_BYTES: usize = 512 * 1024;

/// What may wait for the disk, in bytes. Usually the requests that wait for their answers bound it, but a sender may go away while
/// the disk hangs, and come again.
const MAX_WAITING_BYTES: usize = 64 * 1024 * 1024;

/// How long it may take until what the host has taken is written down and removed.
const HOUSEKEEPING_INTERVAL: Duration = Duration::from_secs(1);

/// Events that arrived together, and where to tell what became of them.
#[derive(Debug)]
pub(super) struct PendingCommit {
    pub(super) arrivals: Vec<Arrival>,
    pub(super) answer: oneshot::Sender<Accepted>,
}

/// Where commits wait.
#[derive(Debug, Default)]
pub(super) struct CommitQueue {
    waiting: Mutex<Waiting>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Waiting {
    commits: VecDeque<PendingCommit>,
    bytes: usize,
    /// How many the thread waits for; none if it is at work. Waking it then would be a system call for nothing.
    wanted: Option<NonZeroUsize>,
    is_ending: bool,
    has_ended: bool,
}

/// Why a commit cannot wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unwritten {
    #[error("it takes longer than events take to come")]
    DiskTooSlow,
    #[error("what writes it has ended by a mistake of its own")]
    NobodyWrites,
}

/// Who is likely to come soon, and how long to wait for them.
///
/// Senders who have just got their answers send their next events at once. Without waiting for them, they would always
/// miss the next fsync, and half of the senders would share each.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Expected {
    pub(super) commits: usize,
    pub(super) patience: Duration,
}

impl PendingCommit {
    fn bytes(&self) -> usize {
        size_of::<Self>() + self.arrivals.iter().map(|arrival| arrival.event.size()).sum::<usize>()
    }

    /// Not as safe as promised, but all that can be done: GitLab would not send it again.
    pub(super) fn keep_in_memory(self, shared: &Shared, why: Unwritten) {
        if !self.arrivals.is_empty() {
            shared.count_spool_failure(self.arrivals.len() as u64, Some(&io::Error::other(why)));
        }
        let mut accepted = Accepted::default();
        self.arrivals.into_iter().for_each(|arrival| accepted.add(shared.queue_in_memory(arrival)));
        // Who asked may have gone away meanwhile.
        _ = self.answer.send(accepted);
    }
}

impl CommitQueue {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn put(&self, commit: PendingCommit) -> Result<(), (PendingCommit, Unwritten)> {
        let mut waiting = self.lock();
        if waiting.has_ended {
            return Err((commit, Unwritten::NobodyWrites));
        }
        // Without events, it waits for those that came before, which memory would not make safer; it takes little room, though not for
        // ever.
        let limit = if commit.arrivals.is_empty() { 2 * MAX_WAITING_BYTES } else { MAX_WAITING_BYTES };
        if waiting.bytes >= limit {
            return Err((commit, Unwritten::DiskTooSlow));
        }
        waiting.bytes += commit.bytes();
        waiting.commits.push_back(commit);
        let there = waiting.commits.len();
        let is_enough = waiting.wanted.take_if(|wanted| there >= wanted.get()).is_some();
        drop(waiting);
        if is_enough {
            self.changed.notify_one();
        }
        Ok(())
    }

    /// How many commits wait.
    pub(super) fn waiting(&self) -> usize {
        self.lock().commits.len()
    }

    /// Lets the thread end when it has written what waits.
    pub(super) fn end(&self) {
        self.lock().is_ending = true;
        self.changed.notify_one();
    }

    /// Takes no more, and gives back what nobody will write.
    pub(super) fn close(&self) -> VecDeque<PendingCommit> {
        let mut waiting = self.lock();
        (waiting.has_ended, waiting.bytes) = (true, 0);
        std::mem::take(&mut waiting.commits)
    }

    fn wait_for<'a>(
        &self,
        mut waiting: MutexGuard<'a, Waiting>,
        commits: usize,
        patience: Duration,
    ) -> MutexGuard<'a, Waiting> {
        let are_missing = |waiting: &mut Waiting| waiting.commits.len() < commits && !waiting.is_ending;
        if are_missing(&mut waiting) {
            waiting.wanted = NonZeroUsize::new(commits);
            waiting = self
                .changed
                .wait_timeout_while(waiting, patience, are_missing)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
            waiting.wanted = None;
        }
        waiting
    }

    /// The commits for the next fsync, which may be none when there was nothing to do for a while; none at the end.
    pub(super) fn next_group(&self, expected: Expected) -> Option<Vec<PendingCommit>> {
        let waiting = self.wait_for(self.lock(), 1, HOUSEKEEPING_INTERVAL);
        if waiting.commits.is_empty() && waiting.is_ending {
            return None;
        }
        let mut waiting = match waiting.commits.len() {
            0 => waiting,
            _ => self.wait_for(waiting, expected.commits, expected.patience),
        };
        let (mut group, mut bytes) = (Vec::new(), 0);
        while bytes < GROUP_BYTES
            && let Some(commit) = waiting.commits.pop_front()
        {
            bytes += commit.bytes();
            group.push(commit);
        }
        waiting.bytes -= bytes;
        Some(group)
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use audit_event::Origin;

    use super::*;
    use crate::event::ReceivedEvent;
    use crate::worth::Worth;

    const LONG: Duration = Duration::from_mins(10);

    fn put_one(queue: &CommitQueue) {
        queue.put(PendingCommit { arrivals: Vec::new(), answer: oneshot::channel().0 }).unwrap();
    }

    fn group(queue: &CommitQueue, commits: usize, patience: Duration) -> Option<usize> {
        queue.next_group(Expected { commits, patience }).map(|group| group.len())
    }

    #[test]
    fn all_who_are_expected_share_one_group_and_nobody_waits_when_they_are_there() {
        let queue = CommitQueue::default();
        thread::scope(|scope| {
            let waiting = scope.spawn(|| group(&queue, 3, LONG));
            (0..3).for_each(|_| put_one(&queue));
            assert_eq!(waiting.join().expect("it does not panic"), Some(3));
        });
        (0..2).for_each(|_| put_one(&queue));
        assert_eq!(group(&queue, 2, LONG), Some(2));
    }

    #[test]
    fn who_does_not_come_is_not_waited_for_longer_than_patience() {
        let queue = CommitQueue::default();
        put_one(&queue);
        assert_eq!(group(&queue, 2, Duration::from_millis(1)), Some(1));
    }

    #[test]
    fn a_commit_that_finds_the_queue_full_or_closed_is_given_back_with_the_reason() {
        let (queue, json) = (CommitQueue::default(), format!("\"{}\"", "x".repeat(MAX_WAITING_BYTES)));
        let event = ReceivedEvent::now(&json, Origin::Webhook, None);
        let of = |event| vec![Arrival { event, worth: Worth::Saved, fingerprint: None }];
        queue.put(PendingCommit { arrivals: of(event), answer: oneshot::channel().0 }).unwrap();
        let put = || {
            let arrivals = of(ReceivedEvent::now("{}", Origin::Webhook, None));
            queue.put(PendingCommit { arrivals, answer: oneshot::channel().0 }).map_err(|(_, why)| why)
        };
        assert_eq!(put(), Err(Unwritten::DiskTooSlow));
        assert_eq!(group(&queue, 1, LONG), Some(1));
        assert_eq!(put(), Ok(()));
        assert_eq!(queue.close().len(), 1);
        assert_eq!(put(), Err(Unwritten::NobodyWrites));
    }

    #[test]
    fn a_repetition_waits_for_its_first_coming_although_the_queue_is_full() {
        let (queue, json) = (CommitQueue::default(), "x".repeat(MAX_WAITING_BYTES));
        let event = ReceivedEvent::now(&json, Origin::Webhook, None);
        let arrivals = vec![Arrival { event, worth: Worth::Saved, fingerprint: None }];
        queue.put(PendingCommit { arrivals, answer: oneshot::channel().0 }).unwrap();
        put_one(&queue);
        assert_eq!(queue.waiting(), 2);
    }

    #[test]
    fn at_the_end_nobody_is_expected() {
        let queue = CommitQueue::default();
        put_one(&queue);
        queue.end();
        assert_eq!(group(&queue, 2, LONG), Some(1));
        assert_eq!(group(&queue, 2, LONG), None);
    }
}
