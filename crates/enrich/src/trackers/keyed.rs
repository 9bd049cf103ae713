//! What is remembered for each key, of as many keys as may be.

use std::fmt;

use hashbrown::HashTable;
use serde::de::{DeserializeSeed, Deserializer, Error, SeqAccess, Visitor};
use serde::ser::Serializer;
use serde::{Deserialize, Serialize};

use super::order_of_use::{OrderOfUse, Place};

/// So many entries are made room for at once: growing never moves those that are there, and takes no more than is needed.
const ENTRIES_IN_A_BLOCK: usize = 64;

/// What is remembered of one key. It may come from a file, which may hold anything.
pub(crate) trait State: Default {
    /// Whether it is one that events can lead to: in order, and no larger than it may be.
    fn is_sound(&self) -> bool;
}

/// States by key; the least recently used goes first.
///
/// With many keys the time goes into waiting for memory, so that a key and its state lie side by side, and all that leads to them is
/// small.
pub(crate) struct Keyed<S> {
    places: HashTable<Place>,
    blocks: Vec<Vec<Entry<S>>>,
    order: OrderOfUse,
    len: usize,
    max_keys: usize,
    evicted: u64,
}

struct Entry<S> {
    key: u128,
    state: S,
}

impl<S> Keyed<S> {
    pub(crate) fn new(max_keys: usize) -> Self {
        Self {
            places: HashTable::new(),
            blocks: Vec::new(),
            order: OrderOfUse::default(),
            len: 0,
            max_keys,
            evicted: 0,
        }
    }

    /// The state of a key, if it is known.
    pub(crate) fn known(&mut self, key: u128) -> Option<&S> {
        let place = self.find(key)?;
        self.order.touch(place);
        Some(&self.entry(place).state)
    }

    /// How many keys are known.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// How many keys had to go for others.
    pub(crate) fn evicted(&self) -> u64 {
        self.evicted
    }

    /// Where a key is, if it is known.
    pub(crate) fn find(&self, key: u128) -> Option<Place> {
        self.places.find(hash(key), |place| self.entry(*place).key == key).copied()
    }

    fn entry(&self, place: Place) -> &Entry<S> {
        entry(&self.blocks, place)
    }

    fn entry_mut(&mut self, place: Place) -> &mut Entry<S> {
        &mut self.blocks[place.index() / ENTRIES_IN_A_BLOCK][place.index() % ENTRIES_IN_A_BLOCK]
    }
}

impl<S: State> Keyed<S> {
    /// The state of a key, an empty one where it is not known. `place` is where it was found; it may have gone since.
    pub(crate) fn state(&mut self, key: u128, place: Option<Place>) -> &mut S {
        let place = match place.filter(|place| self.entry(*place).key == key).or_else(|| self.find(key)) {
            Some(place) => {
                self.order.touch(place);
                place
            }
            None => self.insert(key, S::default()),
        };
        &mut self.entry_mut(place).state
    }

    /// Takes in a key that is not known, in the place of another one where there are as many as may be.
    fn insert(&mut self, key: u128, state: S) -> Place {
        let added = Entry { key, state };
        let place = match self.order.oldest() {
            Some(oldest) if self.len >= self.max_keys => {
                let gone = std::mem::replace(self.entry_mut(oldest), added).key;
                if let Ok(index) = self.places.find_entry(hash(gone), |place| *place == oldest) {
                    index.remove();
                }
                self.evicted += 1;
                self.order.touch(oldest);
                oldest
            }
            _ => {
                if self.len.is_multiple_of(ENTRIES_IN_A_BLOCK) {
                    self.blocks.push(Vec::with_capacity(ENTRIES_IN_A_BLOCK));
                }
                let block = self.blocks.last_mut().expect("there is one for every so many");
                block.push(added);
                self.len += 1;
                self.order.push()
            }
        };
        let Self { places, blocks, .. } = self;
        let hash_of = |place: &Place| hash(entry(blocks, *place).key);
        places.insert_unique(hash(key), place, hash_of);
        place
    }
}

/// A key is a hash itself, of which any half is as good.
fn hash(key: u128) -> u64 {
    (key >> 64) as u64
}

fn entry<S>(blocks: &[Vec<Entry<S>>], place: Place) -> &Entry<S> {
    &blocks[place.index() / ENTRIES_IN_A_BLOCK][place.index() % ENTRIES_IN_A_BLOCK]
}

impl<S: Serialize> Serialize for Keyed<S> {
    fn serialize<T: Serializer>(&self, serializer: T) -> Result<T::Ok, T::Error> {
        // Least recently used first, so that reading them in order restores the order of use.
        serializer.collect_seq(self.order.iter().map(|place| {
            let Entry { key, state } = self.entry(place);
            (key, state)
        }))
    }
}

/// Takes over what was saved, as far as it may be; nothing where a part of it is unsound.
///
/// No more than the limit is ever held: a file may promise any number of keys.
impl<'de, S: State + Deserialize<'de>> DeserializeSeed<'de> for &mut Keyed<S> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, S: State + Deserialize<'de>> Visitor<'de> for &mut Keyed<S> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("keys with their states")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut saved: A) -> Result<(), A::Error> {
        let mut restored = Keyed::new(self.max_keys);
        while let Some((key, state)) = saved.next_element::<(u128, S)>()? {
            if !state.is_sound() {
                return Err(A::Error::custom("a state that no events lead to"));
            }
            *restored.state(key, None) = state;
        }
        *self = Keyed { evicted: self.evicted, ..restored };
        Ok(())
    }
}

impl<S> fmt::Debug for Keyed<S> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Keyed").field("keys", &self.len).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl State for u64 {
        fn is_sound(&self) -> bool {
            *self < 100
        }
    }

    fn restored(saved: &[u8], max_keys: usize) -> Result<Keyed<u64>, postcard::Error> {
        let mut keyed = Keyed::new(max_keys);
        keyed.deserialize(&mut postcard::Deserializer::from_bytes(saved))?;
        Ok(keyed)
    }

    #[test]
    fn the_least_recently_used_key_goes_first_and_is_counted() {
        let mut keyed = Keyed::<u64>::new(2);
        *keyed.state(1, None) = 10;
        *keyed.state(2, None) = 20;
        keyed.state(1, None);
        keyed.state(3, None);
        assert_eq!((keyed.len(), keyed.evicted()), (2, 1));
        assert_eq!(keyed.known(1), Some(&10));
        assert_eq!(keyed.known(2), None);
    }

    #[test]
    fn a_key_that_had_to_go_after_it_was_found_begins_anew_and_takes_no_other_ones_state() {
        let mut keyed = Keyed::<u64>::new(1);
        *keyed.state(1, None) = 10;
        let place = keyed.find(1);
        *keyed.state(2, None) = 20;
        assert_eq!(*keyed.state(1, place), 0);
        assert_eq!((keyed.len(), keyed.known(2)), (1, None));
    }

    #[test]
    fn a_saved_one_comes_back_in_the_order_of_use_and_cut_to_the_limit() {
        let mut keyed = Keyed::<u64>::new(10);
        for key in 1..=5 {
            *keyed.state(key, None) = 7;
        }
        keyed.state(1, None);
        let saved = postcard::to_stdvec(&keyed).unwrap();
        let mut restored = restored(&saved, 3).unwrap();
        let known: Vec<_> = (1..=5).filter(|key| restored.known(*key).is_some()).collect();
        assert_eq!(known, [1, 4, 5]);
    }
    #[test]
    fn an_unsound_state_and_more_keys_than_there_are_bytes_are_refused() {
        let mut keyed = Keyed::<u64>::new(10);
        *keyed.state(1, None) = 100;
        assert!(restored(&postcard::to_stdvec(&keyed).unwrap(), 3).is_err());
        let promised = postcard::to_stdvec(&u64::MAX).unwrap();
        assert!(restored(&promised, 3).is_err());
    }
}
