//! The thread that writes commits to the spool, a group at a time, and tells everyone what became of theirs.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::Accepted;
use super::commit_queue::{CommitQueue, Expected, PendingCommit, Unwritten};
use super::shared::Shared;
use crate::metrics::Counter;
use crate::spool::{Fate, Progress, Spool, Writer};
use crate::state_directory::StateDirectory;

/// How long to wait at most for those who are likely to come, however slow the disk is.
const LONGEST_PATIENCE: Duration = Duration::from_millis(1);

/// What the thread owns and works with.
pub(super) struct CommitThread {
    queue: Arc<CommitQueue>,
    shared: Arc<Shared>,
    writer: Writer,
    progress: Progress,
    /// The directory is ours as long as we write.
    _state: Arc<StateDirectory>,
}

impl CommitThread {
    pub(super) fn new(
        queue: &Arc<CommitQueue>,
        spool: Spool,
        state: Arc<StateDirectory>,
        shared: &Arc<Shared>,
    ) -> Self {
        Self {
            queue: Arc::clone(queue),
            shared: Arc::clone(shared),
            writer: spool.writer,
            progress: spool.progress,
            _state: state,
        }
    }

    /// Writes until the queue ends.
    pub(super) fn run(mut self) {
        let mut expected = Expected::default();
        while let Some(group) = self.queue.next_group(expected) {
            self.remove_acknowledged();
            let (commits, begun) = (group.len(), Instant::now());
            self.store(group);
            // Those who came meanwhile wait already. Half of all is enough to go on with: while they are written, the other half is
            // answered and sends again, so neither the disk nor the senders rest.
            expected = Expected {
                commits: (commits + self.queue.waiting()).div_ceil(2),
                patience: (begun.elapsed() / 2).min(LONGEST_PATIENCE),
            };
        }
        self.remove_acknowledged();
    }

    fn store(&mut self, group: Vec<PendingCommit>) {
        let (mut arrivals, mut answers) = (Vec::new(), Vec::new());
        for commit in group {
            answers.push((commit.arrivals.len(), commit.answer));
            arrivals.extend(commit.arrivals);
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
    fn remove_acknowledged(&mut self) {
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

impl Drop for CommitThread {
    /// Whoever waits hears something, whatever has happened.
    fn drop(&mut self) {
        for commit in self.queue.close() {
            commit.keep_in_memory(&self.shared, Unwritten::NobodyWrites);
        }
    }
}
