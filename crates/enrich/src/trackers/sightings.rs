//! When one value was seen.

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::window::{Window, keep_nearest};

/// More are only needed for times that lie windows apart, which nobody asks for together.
const MAX_TIMES: usize = 16;

/// The times one value was seen at, less those that make no difference.
///
/// A time between two others that are no more than a window apart is left out: any window that holds it holds one of the
/// two. So a value that comes all the time keeps two or three times, and every question gets the same answer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Sightings(SmallVec<[u64; 2]>);

impl Sightings {
    pub(crate) fn add(&mut self, time: u64, window: Window, clock: u64) {
        // Most come in order, and take the place of the last one before it would need a third.
        if let [.., before, last] = self.0.as_mut_slice()
            && time >= *last
            && time - *before <= window.length()
        {
            *last = time;
            return;
        }
        let place = self.0.partition_point(|seen| *seen < time);
        if self.0.get(place) == Some(&time) {
            return;
        }
        self.0.insert(place, time);
        for candidate in [place + 1, place, place.wrapping_sub(1)] {
            self.remove_where_superfluous(candidate, window);
        }
        keep_nearest(&mut self.0, MAX_TIMES, clock, |time| *time);
    }

    fn remove_where_superfluous(&mut self, place: usize, window: Window) {
        let neighbours = place.checked_sub(1).and_then(|before| Some((*self.0.get(before)?, *self.0.get(place + 1)?)));
        if neighbours.is_some_and(|(before, after)| after - before <= window.length()) {
            self.0.remove(place);
        }
    }

    /// Forgets what was before `keep_from`; whether anything is left.
    pub(crate) fn forget_before(&mut self, keep_from: u64) -> bool {
        let expired = self.0.partition_point(|time| *time < keep_from);
        self.0.drain(..expired);
        !self.0.is_empty()
    }

    /// Whether the window that ends at `end` holds one.
    pub(crate) fn any_in(&self, window: Window, end: u64) -> bool {
        self.last_until(end).is_some_and(|last| window.holds(end, last))
    }

    /// The last one not after `end`.
    pub(crate) fn last_until(&self, end: u64) -> Option<u64> {
        self.0[..self.0.partition_point(|time| *time <= end)].last().copied()
    }

    /// The first one not before `start`.
    pub(crate) fn first_from(&self, start: u64) -> Option<u64> {
        self.0.get(self.0.partition_point(|time| *time < start)).copied()
    }

    /// Whether they are in order and no more than are kept.
    pub(crate) fn is_sound(&self) -> bool {
        self.0.len() <= MAX_TIMES && self.0.is_sorted_by(|one, next| one < next)
    }

    pub(crate) fn times(&self) -> impl Iterator<Item = u64> {
        self.0.iter().copied()
    }

    pub(crate) fn earliest(&self) -> Option<u64> {
        self.0.first().copied()
    }

    pub(crate) fn latest(&self) -> Option<u64> {
        self.0.last().copied()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const WINDOW: Window = Window::new(100);

    #[test]
    fn a_value_that_comes_all_the_time_keeps_few_times() {
        let mut sightings = Sightings::default();
        (0..10_000).for_each(|time| {
            sightings.add(time, WINDOW, time);
            sightings.forget_before(time.saturating_sub(200));
        });
        assert!(sightings.0.len() <= 5, "{sightings:?}");
    }

    #[test]
    fn times_out_of_order_and_too_many_of_them_are_unsound() {
        let read = |times: &[u64]| postcard::from_bytes::<Sightings>(&postcard::to_stdvec(times).unwrap()).unwrap();
        assert!(read(&[3, 5]).is_sound());
        assert!(!read(&[5, 3]).is_sound());
        assert!(!read(&[3, 3]).is_sound());
        assert!(!read(&(0..17).collect::<Vec<_>>()).is_sound());
    }

    proptest! {
        #[test]
        fn every_window_gets_the_answer_that_all_times_would_give(
            // Over a longer span more than are kept could make a difference.
            times in prop::collection::vec(0u64..700, 1..60),
            ends in prop::collection::vec(0u64..800, 20),
        ) {
            let mut sightings = Sightings::default();
            for &time in &times {
                sightings.add(time, WINDOW, 500);
            }
            for end in ends {
                let expected = times.iter().any(|time| WINDOW.holds(end, *time));
                prop_assert_eq!(sightings.any_in(WINDOW, end), expected);
            }
        }
    }
}
