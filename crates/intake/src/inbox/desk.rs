//! Where events wait for the thread that writes them, and with whom they share an fsync.

use std::collections::VecDeque;
use std::io;
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
pub(super) struct Deposit {
    pub(super) arrivals: Vec<Arrival>,
    pub(super) answer: oneshot::Sender<Accepted>,
}

/// Where deposits wait.
#[derive(Debug, Default)]
pub(super) struct Desk {
    waiting: Mutex<Waiting>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Waiting {
    deposits: VecDeque<Deposit>,
    bytes: usize,
    /// How many there must be before it is worth waking the thread.
    wanted: usize,
    is_ending: bool,
    has_ended: bool,
}

/// Why a deposit cannot wait.
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
    pub(super) deposits: usize,
    pub(super) patience: Duration,
}

impl Deposit {
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

impl Desk {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn put(&self, deposit: Deposit) -> Result<(), (Deposit, Unwritten)> {
        let mut waiting = self.lock();
        if waiting.has_ended {
            return Err((deposit, Unwritten::NobodyWrites));
        }
        // Without events, it waits for those that came before, which memory would not make safer; it takes little room, though not for
        // ever.
        let limit = if deposit.arrivals.is_empty() { 2 * MAX_WAITING_BYTES } else { MAX_WAITING_BYTES };
        if waiting.bytes >= limit {
            return Err((deposit, Unwritten::DiskTooSlow));
        }
        waiting.bytes += deposit.bytes();
        waiting.deposits.push_back(deposit);
        if waiting.deposits.len() >= waiting.wanted {
            self.changed.notify_one();
        }
        Ok(())
    }

    /// How many deposits wait.
    pub(super) fn waiting(&self) -> usize {
        self.lock().deposits.len()
    }

    /// Lets the thread end when it has written what waits.
    pub(super) fn end(&self) {
        self.lock().is_ending = true;
        self.changed.notify_one();
    }

    /// Takes no more, and gives back what nobody will write.
    pub(super) fn close(&self) -> VecDeque<Deposit> {
        let mut waiting = self.lock();
        (waiting.has_ended, waiting.bytes) = (true, 0);
        std::mem::take(&mut waiting.deposits)
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
    pub(super) fn next_group(&self, expected: Expected) -> Option<Vec<Deposit>> {
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
            bytes += deposit.bytes();
            group.push(deposit);
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

    fn deposit(desk: &Desk) {
        desk.put(Deposit { arrivals: Vec::new(), answer: oneshot::channel().0 }).unwrap();
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
    fn who_finds_the_desk_full_or_closed_is_told_why_and_keeps_what_was_brought() {
        let (desk, json) = (Desk::default(), format!("\"{}\"", "x".repeat(MAX_WAITING_BYTES)));
        let event = ReceivedEvent::now(&json, Origin::Webhook, None);
        let of = |event| vec![Arrival { event, worth: Worth::Saved, fingerprint: None }];
        desk.put(Deposit { arrivals: of(event), answer: oneshot::channel().0 }).unwrap();
        let put = || {
            let arrivals = of(ReceivedEvent::now("{}", Origin::Webhook, None));
            desk.put(Deposit { arrivals, answer: oneshot::channel().0 }).map_err(|(_, why)| why)
        };
        assert_eq!(put(), Err(Unwritten::DiskTooSlow));
        assert_eq!(group(&desk, 1, LONG), Some(1));
        assert_eq!(put(), Ok(()));
        assert_eq!(desk.close().len(), 1);
        assert_eq!(put(), Err(Unwritten::NobodyWrites));
    }

    #[test]
    fn a_repetition_waits_for_its_first_coming_although_the_desk_is_full() {
        let (desk, json) = (Desk::default(), "x".repeat(MAX_WAITING_BYTES));
        let event = ReceivedEvent::now(&json, Origin::Webhook, None);
        let arrivals = vec![Arrival { event, worth: Worth::Saved, fingerprint: None }];
        desk.put(Deposit { arrivals, answer: oneshot::channel().0 }).unwrap();
        deposit(&desk);
        assert_eq!(desk.waiting(), 2);
    }

    #[test]
    fn at_the_end_nobody_is_expected() {
        let desk = Desk::default();
        deposit(&desk);
        desk.end();
        assert_eq!(group(&desk, 2, LONG), Some(1));
        assert_eq!(group(&desk, 2, LONG), None);
    }
}
