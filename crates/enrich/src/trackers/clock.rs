//! The event clock: how far event time has come, told by event times alone.

use serde::{Deserialize, Serialize};

/// How many events the clock looks back on.
pub(crate) const EVENTS: usize = 31;

/// The median time of the last 31 events.
///
/// It decides what is old enough to forget, never what an event counts: windows end at events, not at the clock. A sender
/// whose clock is wrong cannot move it, however far off, unless more than half of the events are that sender's. It
/// follows a gap in the stream after 16 events, and runs back again when a replay starts anew.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct EventClock {
    /// In order of arrival, from `next` on round the end.
    latest: Vec<u64>,
    next: usize,
    sorted: Vec<u64>,
}

impl EventClock {
    pub(crate) fn see(&mut self, time: u64) {
        let place = self.sorted.partition_point(|seen| *seen < time);
        if self.latest.len() < EVENTS {
            self.latest.push(time);
            self.sorted.insert(place, time);
        } else if let Some(oldest) = self.latest.get_mut(self.next) {
            let gone = self.sorted.partition_point(|seen| *seen < *oldest);
            *oldest = time;
            self.next = (self.next + 1) % EVENTS;
            // Only those between the two move.
            if place > gone {
                self.sorted.copy_within(gone + 1..place, gone);
                self.sorted[place - 1] = time;
            } else {
                self.sorted.copy_within(place..gone, place + 1);
                self.sorted[place] = time;
            }
        }
    }

    /// The time; the lower one of two in the middle, so that a first event from the future does not set it.
    pub(crate) fn now(&self) -> u64 {
        self.sorted.get(self.sorted.len().saturating_sub(1) / 2).copied().unwrap_or_default()
    }

    /// The time once it is sure, after 31 events; until then 0, so that nothing is old.
    pub(crate) fn settled(&self) -> u64 {
        if self.latest.len() < EVENTS { 0 } else { self.now() }
    }

    /// Whether the parts fit together: a snapshot may hold anything.
    pub(crate) fn is_sound(&self) -> bool {
        let mut sorted = self.latest.clone();
        sorted.sort_unstable();
        self.latest.len() <= EVENTS && self.next < EVENTS && sorted == self.sorted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock(times: impl IntoIterator<Item = u64>) -> EventClock {
        let mut clock = EventClock::default();
        times.into_iter().for_each(|time| clock.see(time));
        assert!(clock.is_sound());
        clock
    }

    #[test]
    fn it_follows_the_events() {
        assert_eq!(clock([]).now(), 0);
        assert_eq!(clock([7]).now(), 7);
        assert_eq!(clock(0..1000).now(), 984);
    }

    #[test]
    fn a_minority_of_wrong_clocks_does_not_move_it() {
        let times = (0..1000).map(|n| {
            if n % 3 == 0 {
                u64::MAX - n
            } else if n % 7 == 0 {
                0
            } else {
                5_000 + n
            }
        });
        let now = clock(times).now();
        assert!((5_960..6_000).contains(&now), "{now}");
    }

    #[test]
    fn it_is_not_sure_of_few_events() {
        assert_eq!(clock(100..130).settled(), 0);
        assert_eq!(clock(100..131).settled(), 115);
    }

    #[test]
    fn a_first_event_from_the_future_does_not_set_it() {
        assert_eq!(clock([u64::MAX, 5]).now(), 5);
    }
}
