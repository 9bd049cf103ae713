//! What is remembered for each key, of as many keys as may be.

use std::fmt;

use lru::LruCache;
use serde::de::{DeserializeSeed, Deserializer, Error, SeqAccess, Visitor};
use serde::ser::Serializer;
use serde::{Deserialize, Serialize};

/// What is remembered of one key. It may come from a file, which may hold anything.
pub(crate) trait State: Default {
    /// Whether it is one that events can lead to: in order, and no larger than it may be.
    fn is_sound(&self) -> bool;
}

/// States by key; the least recently used goes first.
pub(crate) struct Keyed<S> {
    states: LruCache<u128, S>,
    max_keys: usize,
    evicted: u64,
}

impl<S: State> Keyed<S> {
    pub(crate) fn new(max_keys: usize) -> Self {
        // Unbounded for the cache, which otherwise takes the memory for all keys at once.
        Self { states: LruCache::unbounded(), max_keys, evicted: 0 }
    }

    /// The state of a key, an empty one where it is not known.
    pub(crate) fn state(&mut self, key: u128) -> &mut S {
        if self.states.len() >= self.max_keys && !self.states.contains(&key) {
            self.states.pop_lru();
            self.evicted += 1;
        }
        self.states.get_or_insert_mut(key, S::default)
    }
}

impl<S> Keyed<S> {
    /// The state of a key, if it is known.
    pub(crate) fn known(&mut self, key: u128) -> Option<&S> {
        self.states.get(&key)
    }

    /// How many keys are known.
    pub(crate) fn len(&self) -> usize {
        self.states.len()
    }

    /// How many keys had to go for others.
    pub(crate) fn evicted(&self) -> u64 {
        self.evicted
    }
}

impl<S: Serialize> Serialize for Keyed<S> {
    fn serialize<T: Serializer>(&self, serializer: T) -> Result<T::Ok, T::Error> {
        // Least recently used first, so that reading them in order restores the order of use.
        serializer.collect_seq(self.states.iter().rev())
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
        let mut states = LruCache::unbounded();
        while let Some((key, state)) = saved.next_element::<(u128, S)>()? {
            if !state.is_sound() {
                return Err(A::Error::custom("a state that no events lead to"));
            }
            states.put(key, state);
            if states.len() > self.max_keys {
                states.pop_lru();
            }
        }
        self.states = states;
        Ok(())
    }
}

impl<S> fmt::Debug for Keyed<S> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Keyed").field("keys", &self.states.len()).finish_non_exhaustive()
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
        *keyed.state(1) = 10;
        *keyed.state(2) = 20;
        keyed.state(1);
        keyed.state(3);
        assert_eq!((keyed.len(), keyed.evicted()), (2, 1));
        assert_eq!(keyed.known(1), Some(&10));
        assert_eq!(keyed.known(2), None);
    }

    #[test]
    fn a_saved_one_comes_back_in_the_order_of_use_and_cut_to_the_limit() {
        let mut keyed = Keyed::<u64>::new(10);
        for key in 1..=5 {
            *keyed.state(key) = 7;
        }
        keyed.state(1);
        let saved = postcard::to_stdvec(&keyed).unwrap();
        let mut restored = restored(&saved, 3).unwrap();
        let known: Vec<_> = (1..=5).filter(|key| restored.known(*key).is_some()).collect();
        assert_eq!(known, [1, 4, 5]);
    }
    #[test]
    fn an_unsound_state_and_more_keys_than_there_are_bytes_are_refused() {
        let mut keyed = Keyed::<u64>::new(10);
        *keyed.state(1) = 100;
        assert!(restored(&postcard::to_stdvec(&keyed).unwrap(), 3).is_err());
        let promised = postcard::to_stdvec(&u64::MAX).unwrap();
        assert!(restored(&promised, 3).is_err());
    }
}
