//! Lets threads that work side by side do one thing in a fixed order.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// A value that is handed from turn to turn: 0, 1, 2, …, whichever thread has which.
pub(super) struct InTurn<T> {
    state: Mutex<State<T>>,
    changed: Condvar,
}

struct State<T> {
    value: T,
    next: u64,
    progress: Progress,
}

#[derive(PartialEq, Eq)]
enum Progress {
    GoesOn,
    /// Somebody has given up, and turns that were theirs will never come.
    Abandoned,
}

impl<T> InTurn<T> {
    pub(super) const fn new(value: T) -> Self {
        Self { state: Mutex::new(State { value, next: 0, progress: Progress::GoesOn }), changed: Condvar::new() }
    }

    /// Waits until all turns before this one are over and does `work`; none if that will never be.
    pub(super) fn run<R>(&self, turn: u64, work: impl FnOnce(&mut T) -> R) -> Option<R> {
        let waits = |state: &mut State<T>| state.next != turn && state.progress == Progress::GoesOn;
        let mut state = self.changed.wait_while(self.lock(), waits).unwrap_or_else(PoisonError::into_inner);
        if state.progress == Progress::Abandoned {
            return None;
        }
        let result = work(&mut state.value);
        state.next += 1;
        drop(state);
        self.changed.notify_all();
        Some(result)
    }

    /// Ends all waiting, now and later.
    pub(super) fn abandon(&self) {
        self.lock().progress = Progress::Abandoned;
        self.changed.notify_all();
    }

    pub(super) fn into_value(self) -> T {
        self.state.into_inner().unwrap_or_else(PoisonError::into_inner).value
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        // Whoever panics ends the replay, so it makes no difference that a value may be half changed.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    #[test]
    fn the_order_is_that_of_the_turns_whichever_thread_comes_first() {
        let written = InTurn::new(Vec::new());
        thread::scope(|scope| {
            for thread in (0..4).rev() {
                let written = &written;
                scope.spawn(move || {
                    for round in 0..100 {
                        let turn = round * 4 + thread;
                        written.run(turn, |written| written.push(turn));
                    }
                });
            }
        });
        assert_eq!(written.into_value(), (0..400).collect::<Vec<_>>());
    }

    #[test]
    fn nobody_waits_for_one_who_gave_up() {
        let in_turn = InTurn::new(());
        thread::scope(|scope| {
            let waiting = scope.spawn(|| in_turn.run(1, |()| ()));
            in_turn.abandon();
            assert_eq!(waiting.join().unwrap(), None);
        });
        assert_eq!(in_turn.run(0, |()| ()), None);
    }
}
