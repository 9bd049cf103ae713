//! Which events came already: within a window of time, and never more than a fixed number of them.

use std::collections::VecDeque;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use hashbrown::HashTable;

use crate::fingerprint::Fingerprint;

/// Most events that are remembered, which takes about 9 MB: as many as fit into a table of 2^18 places, since one more would
/// double it. What is forgotten for want of room may pass twice.
const CAPACITY: usize = (1 << 18) / 8 * 7;

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

#[derive(Debug)]
struct State {
    /// In the order they came, those that were forgotten before their time among them.
    order: VecDeque<Remembered>,
    /// The number of the first in the order; the others follow. It may begin again at 0: there are never so many at once.
    first: u32,
    /// Those that are known, found by their fingerprints. With room for all from the beginning, of which the system gives what
    /// is used: growing would hold up all senders for a while.
    known: HashTable<Known>,
    /// Keyed, because who may send events may choose them.
    hasher: RandomState,
    /// All times are counted from here: an [`Instant`] would take twice as much.
    start: Instant,
}

#[derive(Debug, Clone, Copy)]
struct Known {
    number: u32,
    /// A part of the fingerprint's hash: to tidy up its places, the table need not look at the events.
    hash: u32,
}

#[derive(Debug)]
struct Remembered {
    event: Fingerprint,
    /// When it is forgotten, in nanoseconds after the start.
    end: u64,
}

impl Duplicates {
    /// Remembers each event for `window`; a window of nothing remembers none.
    pub(crate) fn new(window: Duration) -> Self {
        Self::with_capacity(window, CAPACITY)
    }

    fn with_capacity(window: Duration, capacity: usize) -> Self {
        let known = if window.is_zero() { 0 } else { capacity };
        Self { window, capacity, state: Mutex::new(State::new(known)) }
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
        self.lock().forget(event);
    }

    fn remember_until(&self, event: Fingerprint, now: Instant, rest: Duration) -> Novelty {
        if rest.is_zero() {
            return Novelty::New;
        }
        let mut state = self.lock();
        let now = state.nanoseconds(now);
        state.forget_before(now);
        if state.knows(event) {
            return Novelty::Repeated;
        }
        if state.order.len() >= self.capacity {
            state.forget_first();
        }
        let rest = u64::try_from(rest.as_nanos()).unwrap_or(u64::MAX);
        state.remember(Remembered { event, end: now.saturating_add(rest) });
        Novelty::New
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing between lock and unlock can panic half-way but for want of memory.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn new(capacity: usize) -> Self {
        Self {
            order: VecDeque::new(),
            first: 0,
            known: HashTable::with_capacity(capacity),
            hasher: RandomState::new(),
            start: Instant::now(),
        }
    }

    fn nanoseconds(&self, time: Instant) -> u64 {
        u64::try_from(time.saturating_duration_since(self.start).as_nanos()).unwrap_or(u64::MAX)
    }

    fn hash(&self, event: Fingerprint) -> u32 {
        (self.hasher.hash_one(event) >> 32).try_into().unwrap_or_default()
    }

    fn knows(&self, event: Fingerprint) -> bool {
        let hash = self.hash(event);
        self.known.find(spread(hash), |known| self.event(*known) == Some(event)).is_some()
    }

    fn event(&self, known: Known) -> Option<Fingerprint> {
        at(&self.order, self.first, known)
    }

    fn remember(&mut self, remembered: Remembered) {
        let hash = self.hash(remembered.event);
        let number = u32::try_from(self.order.len()).expect("no more are kept than the capacity");
        self.order.push_back(remembered);
        let known = Known { number: self.first.wrapping_add(number), hash };
        self.known.insert_unique(spread(hash), known, |known| spread(known.hash));
    }

    /// Its place in the order stays and counts until its time is over.
    fn forget(&mut self, event: Fingerprint) {
        let hash = self.hash(event);
        let Self { order, first, known, .. } = self;
        if let Ok(found) = known.find_entry(spread(hash), |known| at(order, *first, *known) == Some(event)) {
            found.remove();
        }
    }

    fn forget_before(&mut self, now: u64) {
        while self.order.front().is_some_and(|remembered| remembered.end <= now) {
            self.forget_first();
        }
    }

    fn forget_first(&mut self) {
        let Some(Remembered { event, .. }) = self.order.pop_front() else { return };
        let (hash, gone) = (self.hash(event), self.first);
        // It may have been forgotten already, and have come again under another number.
        if let Ok(found) = self.known.find_entry(spread(hash), |known| known.number == gone) {
            found.remove();
        }
        self.first = gone.wrapping_add(1);
    }
}

fn at(order: &VecDeque<Remembered>, first: u32, known: Known) -> Option<Fingerprint> {
    order.get(known.number.wrapping_sub(first) as usize).map(|remembered| remembered.event)
}

/// A table looks at both ends of a hash.
fn spread(hash: u32) -> u64 {
    u64::from(hash) << 32 | u64::from(hash)
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
        fn it_behaves_like_a_list_of_times(steps in prop::collection::vec((0_u8..8, 0_u64..20, 0..4), 0..200)) {
            const WINDOW: u64 = 30;
            const CAPACITY: usize = 4;
            let (duplicates, start) = (Duplicates::with_capacity(Duration::from_secs(WINDOW), CAPACITY), Instant::now());
            // When each came, and which it was unless it was forgotten.
            let mut model = Vec::<(u64, Option<u8>)>::new();
            let mut now = 0;
            for (number, pause, action) in steps {
                now += pause;
                let known = |(_, known): &(u64, Option<u8>)| *known == Some(number);
                if action == 0 {
                    duplicates.forget(event(number));
                    model.iter_mut().filter(|place| known(place)).for_each(|(_, known)| *known = None);
                    continue;
                }
                model.retain(|(came, _)| now < came + WINDOW);
                let expected = if model.iter().any(known) {
                    Novelty::Repeated
                } else {
                    model.push((now, Some(number)));
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
