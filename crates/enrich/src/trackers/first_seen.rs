//! Whether a value was ever seen before for one key.

use serde::{Deserialize, Serialize};

use super::keyed::State;
use super::values::Values;
use super::window::{Moment, Window};

/// So many values a key are remembered, those seen last.
pub(crate) const MAX_VALUES: usize = 1000;

/// The values of one key.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FirstSeen {
    values: Values,
    /// Since when the key is known; none where it is since before the clock was sure.
    since: Option<u64>,
}

impl FirstSeen {
    /// Remembers a value, and says whether no event within a window of this one had it: none before, and none after
    /// among those that came earlier. Those no farther away than `new_for` leave it new.
    pub(crate) fn observe(&mut self, window: Window, new_for: u64, value: u64, moment: Moment) -> bool {
        // Whoever has seen an event keeps the value of the last one at least.
        let is_new_key = self.values.len() == 0;
        if is_new_key && moment.settled > 0 {
            self.since = Some(moment.settled.min(moment.time));
        }
        // Between two sightings no more than a window apart others may be left out, so that the one before is asked for as much earlier
        // as those of now are passed over, and kept for as much longer, because events may come late.
        let apart = new_for + u64::from(new_for > 0);
        self.values.forget_before(window.keep_from(moment).saturating_sub(apart));
        let seen = self.values.get(value).is_some_and(|seen| {
            let within = window.length() + apart;
            let before = moment.time.checked_sub(apart).and_then(|time| seen.last_until(time));
            let after = moment.time.checked_add(apart).and_then(|time| seen.first_from(time));
            before.into_iter().chain(after).any(|time| time.abs_diff(moment.time) < within)
        });
        self.values.add(value, window, moment);
        if self.values.len() > MAX_VALUES {
            self.values.forget_one();
        }
        !seen
    }

    /// Since when the key is known; none where it is since before the clock was sure.
    pub(crate) fn since(&self) -> Option<u64> {
        self.since
    }
}

impl State for FirstSeen {
    fn is_sound(&self) -> bool {
        self.values.is_sound() && self.values.len() <= MAX_VALUES
    }
}
