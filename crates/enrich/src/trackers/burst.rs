//! Whether a count is a new height, so that a rule can speak once at each step of a burst.
//!
//! A count alone cannot tell: where something happens at a steady pace, or the same value comes again, each event finds the
//! window as full as the one before.

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::keyed::State;
use super::window::{Moment, Window, keep_nearest};

/// Up to so many peaks each has its own time.
const EXACT_PEAKS: usize = 32;

/// Above that, peaks within the 16th part of a window become one: how long it is silent for is blurred by so much.
const PARTS_OF_WINDOW: u64 = 16;

/// What one key is counted by, and how high it came lately.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Counted<S> {
    pub(crate) state: S,
    peaks: Peaks,
}

/// The heights that were reached, less those that make no difference, in order of time.
///
/// One that was reached again within the window after it is left out: whatever comes later and has it in the window before has
/// the other one there, too. So a burst that grows keeps one, and a usual key needs no allocation.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Peaks(SmallVec<[Peak; 1]>);

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Peak {
    time: u64,
    height: u64,
}

impl<S> Counted<S> {
    /// Counts with `observe`, and tells the next height if the count reaches one that no event that came earlier and lies within
    /// a window has reached.
    ///
    /// Heights are told one by one. A late event may let a count rise by two; a rule that looks for the first of these must
    /// not miss it.
    pub(crate) fn observe(
        &mut self,
        window: Window,
        moment: Moment,
        observe: impl FnOnce(&mut S) -> u64,
    ) -> (u64, Option<u64>) {
        let count = observe(&mut self.state);
        (count, self.peaks.next(window, moment, count))
    }
}

impl<S: State> State for Counted<S> {
    fn is_sound(&self) -> bool {
        // Any heights will do: those that no events lead to are silent for a window at most.
        let Peaks(peaks) = &self.peaks;
        self.state.is_sound() && peaks.len() <= EXACT_PEAKS && peaks.is_sorted_by_key(|peak| peak.time)
    }
}

impl Peaks {
    fn next(&mut self, window: Window, moment: Moment, count: u64) -> Option<u64> {
        let Self(peaks) = self;
        // Most keys have one peak, which grows or is reached again: nothing else to look through.
        if let [only] = peaks.as_mut_slice()
            && window.holds(moment.time, only.time)
            && count >= only.height
        {
            let height = count.min(only.height.saturating_add(1));
            let is_new = height > only.height;
            *only = Peak { time: moment.time, height };
            return is_new.then_some(height);
        }
        let keep_from = window.keep_from(moment);
        let expired = peaks.partition_point(|peak| peak.time < keep_from);
        peaks.drain(..expired);
        // On both sides: a late copy of an event finds all of its burst, which was told of already.
        let is_near = |peak: &&Peak| peak.time.abs_diff(moment.time) < window.length();
        let highest = peaks.iter().filter(is_near).map(|peak| peak.height).max().unwrap_or_default();
        let height = count.min(highest.saturating_add(1));
        self.add(window, moment, height);
        (height > highest).then_some(height)
    }

    fn add(&mut self, window: Window, moment: Moment, height: u64) {
        let Self(peaks) = self;
        let time = moment.time;
        let place = peaks.partition_point(|peak| peak.time < time);
        let mut after = peaks[place..].iter().take_while(|peak| peak.time - time < window.length());
        if after.any(|peak| peak.height >= height) {
            return;
        }
        // Most come in order, and take the place of the one before.
        if let [.., last] = peaks.as_mut_slice()
            && window.holds(time, last.time)
            && last.height <= height
            && !peaks.iter().rev().skip(1).any(|peak| window.holds(time, peak.time) && peak.height <= height)
        {
            let last = peaks.len() - 1;
            peaks[last] = Peak { time, height };
            return;
        }
        peaks.insert(place, Peak { time, height });
        let mut at = 0;
        peaks.retain(|peak| {
            let is_superfluous = at != place && window.holds(time, peak.time) && peak.height <= height;
            at += 1;
            !is_superfluous
        });
        if peaks.len() > EXACT_PEAKS {
            self.merge(window, moment.clock);
        }
    }

    fn merge(&mut self, window: Window, clock: u64) {
        let part = (window.length() / PARTS_OF_WINDOW).max(1);
        self.0.dedup_by(|later, earlier| {
            let same_part = later.time / part == earlier.time / part;
            if same_part {
                *earlier = Peak { time: later.time, height: earlier.height.max(later.height) };
            }
            same_part
        });
        keep_nearest(&mut self.0, EXACT_PEAKS, clock, |peak| peak.time);
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
        heights_of(times.into_iter().map(at))
    }

    fn heights_of(moments: impl IntoIterator<Item = Moment>) -> Vec<u64> {
        let mut counted = Counted::<Count>::default();
        let mut found = Vec::new();
        for moment in moments {
            found.extend(counted.observe(WINDOW, moment, |state| state.observe(WINDOW, moment)).1);
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
    fn no_height_is_left_out_where_late_events_let_the_count_rise_by_two() {
        // With 1296, six lie in a window of which four were seen together before.
        assert_eq!(heights([1000, 1001, 1295, 1301, 1100, 1101, 1296, 1297]), [1, 2, 3, 4, 5, 6]);
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
        assert_eq!(observe(1001, 1001), (1, Some(1)));
        assert_eq!(observe(1002, 1002), (2, Some(2)));
    }

    #[test]
    fn one_event_from_the_future_neither_silences_a_burst_nor_lets_it_be_told_again() {
        let heights = |times: [u64; 5]| heights_of(times.map(|time| Moment { clock: 1000, settled: 1000, ..at(time) }));
        assert_eq!(heights([9000, 9001, 1000, 1001, 1002]), [1, 2, 1, 2, 3]);
        assert_eq!(heights([1000, 1001, 1002, 9000, 1002]), [1, 2, 3, 1]);
    }

    #[test]
    fn a_burst_that_comes_late_is_told_beside_a_greater_one_after_it() {
        let late = (2000..2005).map(|time| Moment { clock: 2409, settled: 2409, ..at(time) });
        let found = heights_of((2400..2410).map(at).chain(late));
        assert_eq!(found, (1..=10).chain(1..=5).collect::<Vec<_>>());
    }

    #[test]
    fn a_height_is_not_told_again_while_the_window_still_holds_it_though_a_greater_one_has_gone() {
        // Ten at 1009, seven at 1303, five at 1306; three at 1310, when the ten are over a window ago.
        let times = (1000..1010).chain([1303, 1306, 1310]);
        assert_eq!(heights(times), (1..=10).collect::<Vec<_>>());
    }

    #[test]
    fn however_many_peaks_there_are_few_are_kept_and_none_is_told_much_too_early() {
        let window = Window::new(3200);
        let mut peaks = Peaks::default();
        let height = |time: u64| 10_000 - time;
        for time in 3000..6000 {
            peaks.add(window, at(time), height(time));
            assert!(peaks.0.len() <= EXACT_PEAKS, "{}", peaks.0.len());
        }
        let Peaks(kept) = &peaks;
        // The first ones are not over.
        assert!(
            kept[0].time <= 3000 + 3200 / PARTS_OF_WINDOW && kept[0].height >= height(3000 + 3200 / PARTS_OF_WINDOW)
        );
    }

    #[test]
    fn a_value_that_comes_again_is_no_new_height() {
        let mut counted = Counted::<Distinct>::default();
        let mut observe =
            |value: u64, time: u64| counted.observe(WINDOW, at(time), |state| state.observe(WINDOW, value, at(time)));
        let found = [(1, 1000), (2, 1001), (2, 1002), (1, 1003), (3, 1004)].map(|(value, time)| observe(value, time));
        assert_eq!(found, [(1, Some(1)), (2, Some(2)), (2, None), (2, None), (3, Some(3))]);
    }
}
