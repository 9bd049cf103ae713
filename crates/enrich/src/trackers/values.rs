//! The different values of one key and when each was seen.

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::sightings::Sightings;
use super::window::{Moment, Window};

/// Values by their hash, in order of it. The usual key has one value.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Values(SmallVec<[(u64, Sightings); 1]>);

impl Values {
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn get(&self, value: u64) -> Option<&Sightings> {
        self.place(value).ok().map(|place| &self.0[place].1)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &(u64, Sightings)> {
        self.0.iter()
    }

    pub(crate) fn add(&mut self, value: u64, window: Window, moment: Moment) {
        let place = self.place(value).unwrap_or_else(|place| {
            self.0.insert(place, (value, Sightings::default()));
            place
        });
        self.0[place].1.add(moment.time, window, moment.clock);
    }

    pub(crate) fn forget_before(&mut self, keep_from: u64) {
        if self.0.iter().any(|(_, seen)| seen.earliest().is_some_and(|earliest| earliest < keep_from)) {
            self.0.retain(|(_, seen)| seen.forget_before(keep_from));
        }
    }

    /// Forgets the value that was not seen for the longest time.
    pub(crate) fn forget_one(&mut self) {
        let oldest = self.0.iter().enumerate().min_by_key(|(_, (_, seen))| seen.latest()).map(|(place, _)| place);
        if let Some(place) = oldest {
            self.0.remove(place);
        }
    }

    /// Whether they are in order, and their times too.
    pub(crate) fn is_sound(&self) -> bool {
        self.0.is_sorted_by(|(one, _), (next, _)| one < next) && self.0.iter().all(|(_, seen)| seen.is_sound())
    }

    fn place(&self, value: u64) -> Result<usize, usize> {
        self.0.binary_search_by_key(&value, |(value, _)| *value)
    }
}
