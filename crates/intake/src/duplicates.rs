//! Which events came already: within a window of time, and never more than a fixed number of them.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::fingerprint::Fingerprint;

/// Most events that are remembered, which takes about 25 MB. What is forgotten for want of room may pass twice.
const CAPACITY: usize = 256 * 1024;

/// Whether an event came before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Novelty {
    New,
    Repeated,
}

/// Remembers the events of the last while.
#[derive(Debug)]
pub(crate) struct Duplicates {
    window: Duration,
    capacity: usize,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// With the time they are forgotten at.
    known: HashMap<Fingerprint, Instant>,
    /// In the order they came, those that were forgotten before their time included.
    order: VecDeque<(Instant, Fingerprint)>,
}

impl Duplicates {
    /// Remembers each event for `window`; a window of nothing remembers none.
    pub(crate) fn new(window: Duration) -> Self {
        Self::with_capacity(window, CAPACITY)
    }

    fn with_capacity(window: Duration, capacity: usize) -> Self {
        Self { window, capacity, state: Mutex::default() }
    }

    /// Remembers an event that comes at `now`, and tells whether it was known. A repetition does not prolong the memory.
    pub(crate) fn remember(&self, event: Fingerprint, now: Instant) -> Novelty {
        self.remember_until(event, now, self.window)
    }

    /// Remembers an event that came `age` before `now`, in an earlier life of the process.
    pub(crate) fn recall(&self, event: Fingerprint, now: Instant, age: Duration) {
        self.remember_until(event, now, self.window.saturating_sub(age));
    }

    /// Forgets an event that came and could not be kept, so that it is welcome when it is sent again.
    pub(crate) fn forget(&self, event: Fingerprint) {
        // Its place in the order stays and counts until its time is over.
        self.lock().known.remove(&event);
    }

    fn remember_until(&self, event: Fingerprint, now: Instant, rest: Duration) -> Novelty {
        let Some(end) = now.checked_add(rest).filter(|_| !rest.is_zero()) else { return Novelty::New };
        let mut state = self.lock();
        state.forget_before(now);
        match state.known.entry(event) {
            Entry::Occupied(_) => return Novelty::Repeated,
            Entry::Vacant(place) => _ = place.insert(end),
        }
        state.order.push_back((end, event));
        if state.order.len() > self.capacity {
            state.forget_first();
        }
        Novelty::New
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing between lock and unlock can panic half-way but for want of memory.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn forget_before(&mut self, now: Instant) {
        while self.order.front().is_some_and(|(end, _)| *end <= now) {
            self.forget_first();
        }
    }

    fn forget_first(&mut self) {
        if let Some((end, event)) = self.order.pop_front()
            // It may have been forgotten and come again.
            && self.known.get(&event) == Some(&end)
        {
            self.known.remove(&event);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn event(number: u8) -> Fingerprint {
        Fingerprint::from_bytes([number; Fingerprint::LENGTH])
    }

    #[test]
    fn a_repetition_is_known_until_the_window_is_over() {
        let (duplicates, start) = (Duplicates::new(Duration::from_mins(1)), Instant::now());
        assert_eq!(duplicates.remember(event(1), start), Novelty::New);
        assert_eq!(duplicates.remember(event(1), start + Duration::from_secs(59)), Novelty::Repeated);
        assert_eq!(duplicates.remember(event(1), start + Duration::from_mins(1)), Novelty::New);
    }

    #[test]
    fn a_window_of_nothing_knows_nothing() {
        let (duplicates, now) = (Duplicates::new(Duration::ZERO), Instant::now());
        assert_eq!(duplicates.remember(event(1), now), Novelty::New);
        assert_eq!(duplicates.remember(event(1), now), Novelty::New);
    }

    #[test]
    fn what_could_not_be_kept_is_welcome_again() {
        let (duplicates, now) = (Duplicates::new(Duration::from_mins(1)), Instant::now());
        duplicates.remember(event(1), now);
        duplicates.forget(event(1));
        assert_eq!(duplicates.remember(event(1), now), Novelty::New);
    }

    #[test]
    fn what_came_again_after_it_could_not_be_kept_is_known_for_the_whole_window() {
        let (duplicates, start) = (Duplicates::new(Duration::from_mins(1)), Instant::now());
        duplicates.remember(event(1), start);
        duplicates.forget(event(1));
        duplicates.remember(event(1), start + Duration::from_secs(30));
        assert_eq!(duplicates.remember(event(1), start + Duration::from_secs(89)), Novelty::Repeated);
    }

    #[test]
    fn an_event_of_an_earlier_life_is_known_for_the_rest_of_its_time() {
        let (duplicates, now) = (Duplicates::new(Duration::from_mins(1)), Instant::now());
        duplicates.recall(event(1), now, Duration::from_secs(50));
        duplicates.recall(event(2), now, Duration::from_secs(70));
        assert_eq!(duplicates.remember(event(1), now + Duration::from_secs(9)), Novelty::Repeated);
        assert_eq!(duplicates.remember(event(1), now + Duration::from_secs(10)), Novelty::New);
        assert_eq!(duplicates.remember(event(2), now), Novelty::New);
    }

    proptest! {
        #[test]
        fn it_behaves_like_a_list_of_times(steps in prop::collection::vec((0_u8..8, 0_u64..20), 0..200)) {
            const WINDOW: u64 = 30;
            const CAPACITY: usize = 4;
            let (duplicates, start) = (Duplicates::with_capacity(Duration::from_secs(WINDOW), CAPACITY), Instant::now());
            let mut model = Vec::<(u64, u8)>::new();
            let mut now = 0;
            for (number, pause) in steps {
                now += pause;
                model.retain(|(came, _)| now < came + WINDOW);
                let expected = if model.iter().any(|(_, known)| *known == number) {
                    Novelty::Repeated
                } else {
                    model.push((now, number));
                    let excess = model.len().saturating_sub(CAPACITY);
                    model.drain(..excess);
                    Novelty::New
                };
                prop_assert_eq!(duplicates.remember(event(number), start + Duration::from_secs(now)), expected);
                prop_assert!(duplicates.lock().known.len() <= CAPACITY);
            }
        }
    }
}
