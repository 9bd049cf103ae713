//! How many events of one key a window holds.

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::keyed::State;
use super::window::{Moment, Window, keep_nearest};

/// Up to so many entries every event has its own and counts are exact.
pub(crate) const EXACT_EVENTS: usize = 1024;

/// Above that, events within the 256th part of a window become one entry: the edge of a window is blurred by so much.
const PARTS_OF_WINDOW: u64 = 256;

/// The events of one key. The usual key has one event and needs no allocation.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Count {
    /// In order of time.
    entries: SmallVec<[Entry; 1]>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Entry {
    time: u64,
    id: u32,
    events: u32,
}

impl Count {
    /// Counts an event in, and says how many its window holds: the window that ends with it or, where later events are
    /// known already, the one that ends with the last that still has it in its window, whichever holds more.
    ///
    /// So a burst that nothing follows is counted whole by the last of it to come, whatever the order.
    pub(crate) fn observe(&mut self, window: Window, moment: Moment) -> u64 {
        let keep_from = window.keep_from(moment);
        let expired = self.entries.partition_point(|entry| entry.time < keep_from);
        self.entries.drain(..expired);
        let place = self.entries.partition_point(|entry| entry.time <= moment.time);
        let mut at_this_time = self.entries[..place].iter().rev().take_while(|entry| entry.time == moment.time);
        if !at_this_time.any(|entry| entry.id == moment.id) {
            self.entries.insert(place, Entry { time: moment.time, id: moment.id, events: 1 });
        }
        if self.entries.len() > EXACT_EVENTS {
            self.merge(window, moment.clock);
        }
        let reach = moment.time.saturating_add(window.length());
        let last = self.entries[..self.entries.partition_point(|entry| entry.time < reach)].last();
        let own = self.within(window, moment.time);
        last.filter(|last| last.time > moment.time).map_or(own, |last| own.max(self.within(window, last.time)))
    }

    fn within(&self, window: Window, end: u64) -> u64 {
        let first = window.start(end).map_or(0, |start| self.entries.partition_point(|entry| entry.time <= start));
        let last = self.entries.partition_point(|entry| entry.time <= end);
        self.entries[first..last].iter().map(|entry| u64::from(entry.events)).sum()
    }

    fn merge(&mut self, window: Window, clock: u64) {
        let part = (window.length() / PARTS_OF_WINDOW).max(1);
        self.entries.dedup_by(|later, earlier| {
            let same_part = later.time / part == earlier.time / part;
            if same_part {
                earlier.time = later.time;
                earlier.events = earlier.events.saturating_add(later.events);
            }
            same_part
        });
        keep_nearest(&mut self.entries, EXACT_EVENTS / 2, clock, |entry| entry.time);
    }
}

impl State for Count {
    fn is_sound(&self) -> bool {
        self.entries.len() <= EXACT_EVENTS && self.entries.is_sorted_by_key(|entry| entry.time)
    }
}
