//! Events waiting for the host: bounded by bytes, never waited for by those who put events in.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::event::ReceivedEvent;

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

/// Why an event was not put into the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The bound in bytes would have been passed.
    #[error("the queue is full")]
    Full,
    /// The host takes no more events.
    #[error("the receiver is stopping")]
    Closed,
}

/// A queue of events.
#[derive(Debug)]
pub(crate) struct Queue {
    max_bytes: usize,
    state: Mutex<State>,
    readable: Condvar,
}

#[derive(Debug, Default)]
struct State {
    events: VecDeque<ReceivedEvent>,
    bytes: usize,
    is_closed: bool,
    /// The reader should look up although no event came.
    is_woken: bool,
    /// Notifying costs a system call even when nobody waits, so those who wait are counted.
    waiting_readers: usize,
}

impl Queue {
    /// A queue that holds events of `max_bytes` together; a single larger one fits when nothing else is there.
    pub(crate) fn new(max_bytes: usize) -> Self {
        Self { max_bytes, state: Mutex::default(), readable: Condvar::new() }
    }

    pub(crate) fn push(&self, event: ReceivedEvent) -> Result<(), Refused> {
        let mut state = self.lock();
        if state.is_closed {
            return Err(Refused::Closed);
        }
        let bytes = state.bytes.saturating_add(event.size());
        if bytes > self.max_bytes && !state.events.is_empty() {
            return Err(Refused::Full);
        }
        state.bytes = bytes;
        state.events.push_back(event);
        self.notify(&state);
        Ok(())
    }

    /// Moves events to the end of `batch`, in order of arrival, as many as `limits` allows; waits up to `wait` for the
    /// first.
    pub(crate) fn take(&self, batch: &mut Vec<ReceivedEvent>, limits: BatchLimits, wait: Duration) -> Taken {
        // A wait too long for the clock to express is a wait without end.
        let deadline = Instant::now().checked_add(wait);
        let mut state = self.lock();
        loop {
            if !state.events.is_empty() {
                state.move_into(batch, limits);
                return Taken::Events;
            }
            if state.is_closed {
                return Taken::Closed;
            }
            let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
            if std::mem::take(&mut state.is_woken) || left == Some(Duration::ZERO) {
                return Taken::Nothing;
            }
            state.waiting_readers += 1;
            state = match left {
                Some(left) => self.readable.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0,
                None => self.readable.wait(state).unwrap_or_else(PoisonError::into_inner),
            };
            state.waiting_readers -= 1;
        }
    }

    /// Ends a running or the next wait, because there is something to see beside the events.
    pub(crate) fn wake(&self) {
        let mut state = self.lock();
        state.is_woken = true;
        self.notify(&state);
    }

    /// Takes no more events and wakes the reader, which still gets those that are in the queue.
    pub(crate) fn close(&self) {
        let mut state = self.lock();
        state.is_closed = true;
        self.notify(&state);
    }

    /// Number of events and their sizes together.
    pub(crate) fn depth(&self) -> (usize, usize) {
        let state = self.lock();
        (state.events.len(), state.bytes)
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

impl State {
    fn move_into(&mut self, batch: &mut Vec<ReceivedEvent>, limits: BatchLimits) {
        let mut taken = 0;
        let mut bytes = 0_usize;
        while let Some(event) = self.events.front() {
            bytes = bytes.saturating_add(event.size());
            if taken > 0 && (taken >= limits.events || bytes > limits.bytes) {
                break;
            }
            taken += 1;
            self.bytes -= event.size();
            batch.extend(self.events.pop_front());
        }
    }
}

#[cfg(test)]
mod tests;
