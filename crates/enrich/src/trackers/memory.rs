//! What a tracker remembers, by its kind.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::burst::Counted;
use super::count::Count;
use super::distinct::Distinct;
use super::first_seen::FirstSeen;
use super::keyed::Keyed;
use super::sequence::Sequence;
use super::session::Session;
use super::travel::Visits;

/// A tracker's memory.
#[derive(Debug)]
pub(crate) enum Memory {
    Count(Keyed<Counted<Count>>),
    Distinct(Keyed<Counted<Distinct>>),
    FirstSeen(Learned),
    Sequence(Keyed<Sequence>),
    Session(Keyed<Session>),
    Travel(Keyed<Visits>),
}

/// Values seen, and since when.
#[derive(Debug)]
pub(crate) struct Learned {
    pub(crate) keys: Keyed<FirstSeen>,
    /// The event clock when the first event came after it was sure.
    pub(crate) since: Option<u64>,
}

impl Memory {
    /// How many keys there are, and how many had to go.
    pub(crate) fn keys(&self) -> (usize, u64) {
        fn of<S>(keys: &Keyed<S>) -> (usize, u64) {
            (keys.len(), keys.evicted())
        }
        match self {
            Self::Count(keys) => of(keys),
            Self::Distinct(keys) => of(keys),
            Self::FirstSeen(learned) => of(&learned.keys),
            Self::Sequence(keys) => of(keys),
            Self::Session(keys) => of(keys),
            Self::Travel(keys) => of(keys),
        }
    }

    /// In the form it is saved in.
    pub(crate) fn save(&self) -> Result<Vec<u8>, postcard::Error> {
        match self {
            Self::Count(keys) => bytes(keys),
            Self::Distinct(keys) => bytes(keys),
            Self::FirstSeen(learned) => bytes(&(&learned.since, &learned.keys)),
            Self::Sequence(keys) => bytes(keys),
            Self::Session(keys) => bytes(keys),
            Self::Travel(keys) => bytes(keys),
        }
    }

    /// Takes over what was saved by a tracker of the same declaration.
    pub(crate) fn restore(&mut self, saved: &[u8]) -> Result<(), postcard::Error> {
        match self {
            Self::Count(keys) => keys.restore(read(saved)?),
            Self::Distinct(keys) => keys.restore(read(saved)?),
            Self::FirstSeen(learned) => {
                let (since, keys) = read(saved)?;
                learned.since = since;
                learned.keys.restore(keys);
            }
            Self::Sequence(keys) => keys.restore(read(saved)?),
            Self::Session(keys) => keys.restore(read(saved)?),
            Self::Travel(keys) => keys.restore(read(saved)?),
        }
        Ok(())
    }
}

fn bytes<T: Serialize>(value: &T) -> Result<Vec<u8>, postcard::Error> {
    postcard::to_stdvec(value)
}

fn read<T: DeserializeOwned>(saved: &[u8]) -> Result<T, postcard::Error> {
    postcard::from_bytes(saved)
}
