//! Group commit: one thread writes for all, and events that arrive while one fsync runs share the next.

use std::future::Future;
use std::io;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use tokio::sync::oneshot;

use super::Accepted;
use super::commit_queue::{CommitQueue, PendingCommit};
use super::commit_thread::CommitThread;
use super::shared::Shared;
use crate::arrival::Arrival;
use crate::queue::Refused;
use crate::spool::Spool;
use crate::state_directory::StateDirectory;

/// The running thread. Dropping it writes what is waiting and ends it.
#[derive(Debug)]
pub(super) struct GroupCommit {
    queue: Arc<CommitQueue>,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl GroupCommit {
    pub(super) fn start(spool: Spool, state: Arc<StateDirectory>, shared: &Arc<Shared>) -> io::Result<Self> {
        let queue = Arc::new(CommitQueue::default());
        let writing = CommitThread::new(&queue, spool, state, shared);
        let thread = thread::Builder::new().name("gitlab-spool".to_owned()).spawn(move || writing.run())?;
        Ok(Self { queue, shared: Arc::clone(shared), thread: Some(thread) })
    }

    /// Has events written; without any, the future is done when all that came before are.
    pub(super) fn commit(&self, arrivals: Vec<Arrival>) -> impl Future<Output = Accepted> + Send + use<> {
        let (answer, told) = oneshot::channel();
        let brought: Vec<_> = arrivals.iter().map(|arrival| (arrival.worth, arrival.fingerprint)).collect();
        if let Err((commit, why)) = self.queue.put(PendingCommit { arrivals, answer }) {
            commit.keep_in_memory(&self.shared, why);
        }
        let shared = Arc::clone(&self.shared);
        async move {
            if let Ok(accepted) = told.await {
                return accepted;
            }
            // The thread answers every commit; it has panicked with this one in its hands.
            shared.lose(&brought);
            Accepted { count: 0, refused: (!brought.is_empty()).then_some(Refused::Closed) }
        }
    }
}

impl Drop for GroupCommit {
    fn drop(&mut self) {
        self.queue.end();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the spool's thread panicked");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

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
        let (queue, shared) = (Arc::new(CommitQueue::default()), Arc::new(Shared::new(InboxSettings::default())));
        let group_commit = GroupCommit { queue: Arc::clone(&queue), shared: Arc::clone(&shared), thread: None };
        let (event, now) = (Fingerprint::from_bytes([1; Fingerprint::LENGTH]), Instant::now());
        assert_eq!(shared.duplicates.remember(event, now), Novelty::New);
        let arrival = Arrival {
            event: ReceivedEvent::now("{}", Origin::Webhook, None),
            worth: Worth::Saved,
            fingerprint: Some(event),
        };
        let committed = group_commit.commit(vec![arrival]);
        drop(queue.close());
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
        let (queue, shared) = (Arc::new(CommitQueue::default()), Arc::new(Shared::new(InboxSettings::default())));
        let thread = CommitThread::new(&queue, spool, Arc::new(state), &shared);
        let (answer, mut told) = oneshot::channel();
        let event = || ReceivedEvent::now("{}", Origin::Webhook, None);
        let arrivals = || vec![Arrival { event: event(), worth: Worth::Saved, fingerprint: None }];
        queue.put(PendingCommit { arrivals: arrivals(), answer }).unwrap();
        let ended = thread::spawn(move || {
            let _thread = thread;
            panic!("a mistake in what writes the spool");
        });
        assert!(ended.join().is_err());
        assert_eq!(told.try_recv().unwrap(), Accepted { count: 1, refused: None });
        let group_commit = GroupCommit { queue, shared: Arc::clone(&shared), thread: None };
        let accepted =
            tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(group_commit.commit(arrivals()));
        assert_eq!(accepted, Accepted { count: 1, refused: None });
        let mut batch = Vec::new();
        shared.take(&mut batch, BatchLimits { events: 10, bytes: 1024 }, Duration::ZERO);
        assert_eq!(batch.len(), 2);
        assert_eq!(shared.due_problems(Instant::now()).len(), 1);
    }

    /// A sequence's steps and a session's marks are of other ranks than what they are about.
    #[test]
    fn what_waits_is_delivered_in_the_order_of_arrival_whatever_its_rank() {
        let directory = tempfile::tempdir().unwrap();
        let state = StateDirectory::open(directory.path()).unwrap();
        let spool = Spool::open(&state, 1024 * 1024, &mut |_, _| {}).unwrap();
        let (queue, mut shared) = (Arc::new(CommitQueue::default()), Shared::new(InboxSettings::default()));
        shared.begin_from(&spool);
        let shared = Arc::new(shared);
        let thread = CommitThread::new(&queue, spool, Arc::new(state), &shared);
        let arrivals =
            [("\"clone\"", Worth::GitOperation), ("\"sign-in\"", Worth::Saved), ("\"push\"", Worth::GitOperation)];
        for (json, worth) in arrivals {
            let event = ReceivedEvent::now(json, Origin::Webhook, None);
            let arrivals = vec![Arrival { event, worth, fingerprint: None }];
            queue.put(PendingCommit { arrivals, answer: oneshot::channel().0 }).unwrap();
        }
        queue.end();
        thread.run();
        let mut batch = Vec::new();
        shared.take(&mut batch, BatchLimits { events: 10, bytes: 1024 }, Duration::ZERO);
        let delivered: Vec<&str> = batch.iter().map(|event| &*event.json).collect();
        assert_eq!(delivered, arrivals.map(|(json, _)| json));
    }
}
