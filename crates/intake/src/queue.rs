//! Events waiting for the host: bounded by bytes, never waited for by those who put events in.

mod state;

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use self::state::{Entry, State};
use crate::arrival::Arrival;
use crate::event::ReceivedEvent;
use crate::shed::Counts;

/// A reader that waited no longer than this for an event is under load.
const SHORT_WAIT: Duration = Duration::from_micros(500);

/// How long a reader under load lets events gather. To be woken for each of them costs both threads more than the event does;
/// what is lost in time nobody notices in an alert.
const GATHERING: Duration = Duration::from_millis(1);

/// How much to take from the queue at most. One event is always taken if there is one, however large.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatchLimits {
    /// Number of events.
    pub events: usize,
    /// Their sizes together, in bytes.
    pub bytes: usize,
}

/// What came of waiting for events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// At least one event was added to the batch.
    Events,
    /// Nothing in that time; or nothing but a problem, which is why the wait ended early.
    Nothing,
    /// The queue is closed and empty: nothing will ever come again.
    Closed,
}

/// Why an event was not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The bound in bytes would have been passed, and nothing worth less is there to make room.
    #[error("the queue is full")]
    Full,
    /// The host takes no more events.
    #[error("the receiver is stopping")]
    Closed,
}

/// What taking from the queue gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Taken(Taken),
    /// The queue is empty, and in the spool are events that it has not seen.
    Behind(Unread),
}

/// The sequence numbers of the stored events that are not in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unread {
    pub(crate) from: u64,
    /// The first that is not stored yet.
    pub(crate) to: u64,
}

/// Where to look for events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Look {
    /// In memory, then in the spool.
    Everywhere,
    /// In memory only, because the spool cannot be read just now.
    InMemory,
}

/// A queue of events: all that there is without a spool, and with one its head and what the disk would not take.
///
/// When it is full, the events worth least make room for others, the oldest of them first.
#[derive(Debug)]
pub(crate) struct Queue {
    max_bytes: usize,
    state: Mutex<State>,
    readable: Condvar,
}

impl Queue {
    /// A queue that holds events of `max_bytes` together; a single larger one fits when nothing else is there.
    ///
    /// `unread` are the events in the spool when there is one.
    pub(crate) fn new(max_bytes: usize, unread: Unread) -> Self {
        Self { max_bytes, state: Mutex::new(State::new(unread)), readable: Condvar::new() }
    }

    /// Puts in an event that is nowhere else. Gives how many had to make room for it.
    pub(crate) fn push(&self, arrival: Arrival) -> Result<Counts, Refused> {
        let mut state = self.lock();
        if state.is_closed {
            return Err(Refused::Closed);
        }
        let evicted =
            state.make_room(arrival.worth.rank(), arrival.event.size(), self.max_bytes).ok_or(Refused::Full)?;
        state.push(Entry::only_here(arrival));
        self.notify(&state);
        Ok(evicted)
    }

    /// Puts in an event that is stored under this sequence number, if it is the next one and there is room; else it is
    /// read from the spool when its turn comes.
    ///
    /// Half of the queue is kept for what the disk will not take.
    pub(crate) fn push_stored(&self, sequence: u64, arrival: Arrival) {
        let mut state = self.lock();
        let has_room = state.bytes() + arrival.event.size() <= self.max_bytes / 2;
        if state.unread.from == state.unread.to && has_room && !state.is_closed {
            state.unread.from = sequence + 1;
            state.push(Entry::stored(sequence, arrival));
        }
        state.unread.to = sequence + 1;
        self.notify(&state);
    }

    /// Puts in what was read from the spool, which is read up to `next`.
    pub(crate) fn refill(&self, events: Vec<(u64, Arrival)>, next: u64) {
        let mut state = self.lock();
        for (sequence, arrival) in events {
            state.push(Entry::stored(sequence, arrival));
        }
        state.unread.from = next;
    }

    /// Moves events to the end of `batch`, in order of arrival, as many as `limits` allows; waits up to `wait` for the
    /// first.
    pub(crate) fn take(
        &self,
        batch: &mut Vec<ReceivedEvent>,
        limits: BatchLimits,
        wait: Duration,
        look: Look,
    ) -> Outcome {
        // A wait too long for the clock to express is a wait without end.
        let deadline = Instant::now().checked_add(wait);
        let mut state = self.lock();
        state.acknowledge();
        loop {
            if !state.is_empty() {
                state.move_into(batch, limits);
                return Outcome::Taken(Taken::Events);
            }
            if state.is_closed {
                // What is in the spool is safe there, and reading all of it might hold up the end for long.
                return Outcome::Taken(Taken::Closed);
            }
            if look == Look::Everywhere && state.unread.from < state.unread.to {
                return Outcome::Behind(state.unread);
            }
            let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
            if std::mem::take(&mut state.is_woken) || left == Some(Duration::ZERO) {
                return Outcome::Taken(Taken::Nothing);
            }
            if std::mem::take(&mut state.is_under_load) {
                // Not counted among those who wait, it is woken by none but `wake` and `close`.
                state = self.sleep(state, left.map_or(GATHERING, |left| left.min(GATHERING)));
                state.is_under_load = state.len() > 1;
                continue;
            }
            let begun = Instant::now();
            state.waiting_readers += 1;
            state = match left {
                Some(left) => self.sleep(state, left),
                None => self.readable.wait(state).unwrap_or_else(PoisonError::into_inner),
            };
            state.waiting_readers -= 1;
            state.is_under_load = begun.elapsed() < SHORT_WAIT;
        }
    }

    /// Ends a running or the next wait, because there is something to see beside the events.
    pub(crate) fn wake(&self) {
        let mut state = self.lock();
        state.is_woken = true;
        self.readable.notify_all();
    }

    /// Takes no more events and wakes the reader, which still gets those that are in the queue.
    pub(crate) fn close(&self) {
        let mut state = self.lock();
        state.is_closed = true;
        self.readable.notify_all();
    }

    /// Number of events and their sizes together.
    pub(crate) fn depth(&self) -> (usize, usize) {
        let state = self.lock();
        (state.len(), state.bytes())
    }

    /// The stored events that are not in memory.
    pub(crate) fn unread(&self) -> Unread {
        self.lock().unread
    }

    /// The sequence number up to which the host has dealt with all stored events: it asked for more since.
    pub(crate) fn acknowledged(&self) -> u64 {
        self.lock().acknowledged
    }

    fn sleep<'a>(&self, state: MutexGuard<'a, State>, longest: Duration) -> MutexGuard<'a, State> {
        self.readable.wait_timeout(state, longest).unwrap_or_else(PoisonError::into_inner).0
    }

    fn notify(&self, state: &State) {
        if state.waiting_readers > 0 {
            self.readable.notify_all();
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing between lock and unlock can panic half-way, so a poisoned state is still a sound one.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
