//! What one event is to one tracker: the keys it has there, and as which parts of the declaration.

use smallvec::SmallVec;

use super::keyed::{Keyed, State};
use super::order_of_use::Place;

/// Parts of a declaration, one bit each: the steps of a sequence; beginning, end and inside of a session; else only one.
pub(crate) type Parts = u16;

/// The keys of one event; nearly always one.
///
/// They are looked for in all trackers before any tracker does more. What is remembered of 100,000 keys is in no cache, and a
/// processor waits for all of these at once, where it would wait for one after the other.
#[derive(Debug, Default)]
pub(crate) struct Subject(SmallVec<[(Sought, Parts); 1]>);

/// A key, and where its state was when it was looked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sought {
    key: u128,
    place: Option<Place>,
}

impl Subject {
    /// Adds that the event, as this part, has this key.
    pub(crate) fn add(&mut self, part: usize, key: u128) {
        match self.0.iter_mut().find(|(sought, _)| sought.key == key) {
            Some((_, parts)) => *parts |= 1 << part,
            None => self.0.push((Sought { key, place: None }, 1 << part)),
        }
    }

    /// Whether the event does not concern the tracker.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Finds where the keys' states are.
    pub(crate) fn look_up<S>(&mut self, keys: &Keyed<S>) {
        for (sought, _) in &mut self.0 {
            sought.place = keys.find(sought.key);
        }
    }

    /// The keys, and the parts that the event is with each.
    pub(crate) fn keys(&self) -> impl Iterator<Item = (Sought, Parts)> {
        self.0.iter().copied()
    }

    /// The key that the event has as this part.
    pub(crate) fn key_as(&self, part: usize) -> Option<Sought> {
        self.keys().find(|(_, parts)| parts >> part & 1 == 1).map(|(sought, _)| sought)
    }
}

impl Sought {
    /// The key's state, an empty one where it is not known.
    pub(crate) fn state<S: State>(self, keys: &mut Keyed<S>) -> &mut S {
        keys.state(self.key, self.place)
    }

    /// The key's state, if it is known.
    pub(crate) fn known<S>(self, keys: &mut Keyed<S>) -> Option<&S> {
        keys.known(self.key)
    }
}
