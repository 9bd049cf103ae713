//! Whether events of one key came in a certain order.

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::keyed::State;
use super::subject::Parts;
use super::window::{Moment, Window, keep_nearest};

/// How many steps a sequence can have.
pub(crate) const MAX_STEPS: usize = 16;

/// So many events that can be the same steps are kept, the latest ones: a flood of one step drives out no other.
pub(crate) const MAX_OF_SAME_STEPS: usize = 64;

/// So many events of a key are kept in all.
const MAX_EVENTS: usize = 512;

/// The events of one key that can be steps.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Sequence {
    /// In order of time and arrival.
    events: SmallVec<[StepEvent; 2]>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct StepEvent {
    time: u64,
    arrival: u64,
    id: u32,
    steps: Parts,
}

impl Sequence {
    /// Takes an event in, and says whether it completes the sequence of `length` steps: whether there are events for all
    /// the other steps, one for each, in order of time, those before this one and those after it all within one window.
    ///
    /// The last step completes it, or an earlier one that comes late.
    pub(crate) fn observe(&mut self, window: Window, length: usize, steps: Parts, moment: Moment) -> bool {
        let keep_from = window.keep_from(moment);
        let expired = self.events.partition_point(|event| event.time < keep_from);
        self.events.drain(..expired);
        let Moment { time, clock, id, arrival, .. } = moment;
        let after = self.events.partition_point(|event| event.time <= time);
        let at_this_time = self.events[..after].iter().rev().take_while(|event| event.time == time);
        let known = (0..after).rev().zip(at_this_time).find(|(_, event)| event.id == id).map(|(place, _)| place);
        let place =
            known.unwrap_or_else(|| self.take_in(StepEvent { time, arrival, id, steps }, after, window, length));
        let complete = (0..length).any(|step| steps >> step & 1 == 1 && self.completes(window, length, step, place));
        if length == 2 {
            for candidate in [place + 1, place, place.wrapping_sub(1)] {
                self.remove_where_superfluous(candidate, window);
            }
        }
        self.limit(steps, clock);
        complete
    }

    /// Puts an event where it belongs, and gives its place.
    fn take_in(&mut self, event: StepEvent, place: usize, window: Window, length: usize) -> usize {
        // Most come in order, and take the place of the last one before it would need a third.
        if let [.., before, last] = self.events.as_mut_slice()
            && length == 2
            && event.steps.is_power_of_two()
            && [before.steps, last.steps] == [event.steps; 2]
            && event.time >= last.time
            && window.holds(event.time, before.time)
        {
            *last = event;
            return self.events.len() - 1;
        }
        self.events.insert(place, event);
        place
    }

    /// Of two steps, an event between two others of the same step that lie within a window makes no difference: whatever
    /// lies before or after it is in the window of one of the two. With more steps, the others may all lie between the two.
    fn remove_where_superfluous(&mut self, place: usize, window: Window) {
        let Some(event) = self.events.get(place) else { return };
        if !event.steps.is_power_of_two() {
            return;
        }
        let is_same = |other: &&StepEvent| other.steps == event.steps;
        let before = self.events[..place].iter().rev().find(is_same);
        let after = self.events[place + 1..].iter().find(is_same);
        if before.zip(after).is_some_and(|(before, after)| window.holds(after.time, before.time)) {
            self.events.remove(place);
        }
    }

    /// Whether the event at `place` completes the sequence as this step: the latest start and the earliest end are tried,
    /// because no others lie closer together.
    fn completes(&self, window: Window, length: usize, step: usize, place: usize) -> bool {
        let is = |event: &StepEvent, step: usize| event.steps >> step & 1 == 1;
        let mut first = place;
        for before in (0..step).rev() {
            match self.events[..first].iter().rposition(|event| is(event, before)) {
                Some(found) => first = found,
                None => return false,
            }
        }
        let mut last = place;
        for after in step + 1..length {
            match self.events[last + 1..].iter().position(|event| is(event, after)) {
                Some(found) => last += 1 + found,
                None => return false,
            }
        }
        window.holds(self.events[last].time, self.events[first].time)
    }

    fn limit(&mut self, steps: Parts, clock: u64) {
        if self.events.len() <= MAX_OF_SAME_STEPS {
            return;
        }
        let same = self.events.iter().filter(|event| event.steps == steps);
        if same.clone().count() > MAX_OF_SAME_STEPS {
            let (first, last) = (same.clone().next(), same.clone().next_back());
            let gone = match (first, last) {
                (Some(first), Some(last)) if first.time.abs_diff(clock) < last.time.abs_diff(clock) => {
                    Some(last.arrival)
                }
                (first, _) => first.map(|first| first.arrival),
            };
            self.events.retain(|event| Some(event.arrival) != gone);
        }
        keep_nearest(&mut self.events, MAX_EVENTS, clock, |event| event.time);
    }
}

impl State for Sequence {
    fn is_sound(&self) -> bool {
        self.events.len() <= MAX_EVENTS && self.events.is_sorted_by_key(|event| event.time)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(time: u64) -> Moment {
        Moment { time, clock: time, settled: time, id: u32::try_from(time).unwrap(), arrival: time }
    }

    #[test]
    fn a_flood_of_one_of_two_steps_leaves_few_events_and_completes_all_the_same() {
        let window = Window::new(100);
        let mut sequence = Sequence::default();
        for time in 1_000..2_000 {
            assert!(!sequence.observe(window, 2, 0b10, at(time)));
        }
        assert!(sequence.events.len() <= 6, "{}", sequence.events.len());
        let late = Moment { clock: 2_000, settled: 2_000, ..at(1_950) };
        assert!(sequence.observe(window, 2, 0b01, late));
    }
}
