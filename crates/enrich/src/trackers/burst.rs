//! Whether a count is a new height, so that a rule can speak once at each step of a burst.
//!
//! A count alone cannot tell: where something happens at a steady pace, or the same value comes again, each event finds the
//! window as full as the one before.

use serde::{Deserialize, Serialize};

use super::keyed::State;
use super::window::{Moment, Window};

/// What one key is counted by, and how high it came lately.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Counted<S> {
    pub(crate) state: S,
    peak: Peak,
}

/// The highest count, and when it was reached last.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
struct Peak {
    count: u64,
    reached: u64,
}

impl<S> Counted<S> {
    /// Counts with `observe`, and says whether no event within a window before found as many.
    pub(crate) fn observe(
        &mut self,
        window: Window,
        moment: Moment,
        observe: impl FnOnce(&mut S) -> u64,
    ) -> (u64, bool) {
        let count = observe(&mut self.state);
        (count, self.peak.is_passed(window, moment, count))
    }
}

impl<S: State> State for Counted<S> {
    fn is_sound(&self) -> bool {
        // Any height will do: one that no events lead to is silent for a window at most.
        self.state.is_sound()
    }
}

impl Peak {
    fn is_passed(&mut self, window: Window, moment: Moment, count: u64) -> bool {
        // One event from the future must not silence those of now.
        let is_from_future = self.reached > moment.clock.max(moment.time).saturating_add(window.length());
        let is_over = is_from_future || moment.time >= self.reached.saturating_add(window.length());
        let is_passed = is_over || count > self.count;
        if is_over {
            *self = Self { count, reached: moment.time };
        } else if count >= self.count {
            *self = Self { count, reached: self.reached.max(moment.time) };
        }
        is_passed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trackers::{count::Count, distinct::Distinct};

    const WINDOW: Window = Window::new(300);

    fn at(time: u64) -> Moment {
        Moment { time, clock: time, settled: time, id: u32::try_from(time).unwrap(), arrival: time }
    }

    /// The counts that are new heights.
    fn heights(times: impl IntoIterator<Item = u64>) -> Vec<u64> {
        let mut counted = Counted::<Count>::default();
        let mut found = Vec::new();
        for time in times {
            let (count, is_height) = counted.observe(WINDOW, at(time), |state| state.observe(WINDOW, at(time)));
            found.extend(is_height.then_some(count));
        }
        found
    }

    #[test]
    fn what_goes_on_at_a_steady_pace_reaches_each_height_once() {
        assert_eq!(heights((1000..100_000).step_by(30)), (1..=10).collect::<Vec<_>>());
    }

    #[test]
    fn a_burst_after_a_quiet_window_is_another_one() {
        let first = (1000..1010).map(|second| second * 2);
        let second = first.clone().map(|time| time + 1000);
        let expected: Vec<u64> = (1..=10).chain(1..=10).collect();
        assert_eq!(heights(first.chain(second)), expected);
    }

    #[test]
    fn a_burst_that_comes_in_the_wrong_order_reaches_each_height_once() {
        assert_eq!(heights([1040, 1010, 1030, 1020, 1000]), [1, 2, 3, 4, 5]);
    }

    #[test]
    fn a_wrong_clock_silences_nobody() {
        let mut counted = Counted::<Count>::default();
        let mut observe = |time: u64, clock: u64| {
            let moment = Moment { clock, ..at(time) };
            counted.observe(WINDOW, moment, |state| state.observe(WINDOW, moment))
        };
        for _ in 0..3 {
            observe(1_000_000, 1000);
        }
        assert_eq!(observe(1001, 1001), (1, true));
        assert_eq!(observe(1002, 1002), (2, true));
    }

    #[test]
    fn a_value_that_comes_again_is_no_new_height() {
        let mut counted = Counted::<Distinct>::default();
        let mut observe =
            |value: u64, time: u64| counted.observe(WINDOW, at(time), |state| state.observe(WINDOW, value, at(time)));
        let found = [(1, 1000), (2, 1001), (2, 1002), (1, 1003), (3, 1004)].map(|(value, time)| observe(value, time));
        assert_eq!(found, [(1, true), (2, true), (2, false), (2, false), (3, true)]);
    }
}
