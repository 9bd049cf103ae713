//! What a tracker remembers, by its kind.

use std::borrow::Cow;

use serde::de::DeserializeSeed;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::burst::Counted;
use super::count::Count;
use super::distinct::Distinct;
use super::first_seen::FirstSeen;
use super::keyed::Keyed;
use super::sequence::Sequence;
use super::session::Session;
use super::subject::Subject;
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

/// Values seen, and how long the tracker has been there to see them.
#[derive(Debug)]
pub(crate) struct Learned {
    pub(crate) keys: Keyed<FirstSeen>,
    pub(crate) beginning: Beginning,
}

/// When a tracker began to watch the stream, whether or not any of its events concerned it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Beginning {
    /// After so many events of the stream; when that was is not sure yet.
    AfterEvents(u64),
    /// At this time of the event clock.
    At(u64),
}

impl Memory {
    /// The beginning, where it matters.
    pub(crate) fn beginning_mut(&mut self) -> Option<&mut Beginning> {
        match self {
            Self::FirstSeen(learned) => Some(&mut learned.beginning),
            _ => None,
        }
    }

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

    /// Finds where what is remembered of an event's keys is.
    pub(crate) fn look_up(&self, subject: &mut Subject) {
        match self {
            Self::Count(keys) => subject.look_up(keys),
            Self::Distinct(keys) => subject.look_up(keys),
            Self::FirstSeen(learned) => subject.look_up(&learned.keys),
            Self::Sequence(keys) => subject.look_up(keys),
            Self::Session(keys) => subject.look_up(keys),
            Self::Travel(keys) => subject.look_up(keys),
        }
    }

    /// In the form it is saved in.
    pub(crate) fn save(&self) -> Result<SavedMemory<'static>, postcard::Error> {
        match self {
            Self::Count(keys) => bytes(keys),
            Self::Distinct(keys) => bytes(keys),
            Self::FirstSeen(learned) => bytes(&(&learned.beginning, &learned.keys)),
            Self::Sequence(keys) => bytes(keys),
            Self::Session(keys) => bytes(keys),
            Self::Travel(keys) => bytes(keys),
        }
    }

    /// Takes over what was saved by a tracker of the same declaration; nothing where that cannot be.
    pub(crate) fn restore(&mut self, saved: &SavedMemory<'_>) -> Result<(), postcard::Error> {
        let mut saved = postcard::Deserializer::from_bytes(&saved.0);
        match self {
            Self::Count(keys) => keys.deserialize(&mut saved),
            Self::Distinct(keys) => keys.deserialize(&mut saved),
            Self::FirstSeen(learned) => {
                let beginning = Beginning::deserialize(&mut saved)?;
                learned.keys.deserialize(&mut saved)?;
                learned.beginning = beginning;
                Ok(())
            }
            Self::Sequence(keys) => keys.deserialize(&mut saved),
            Self::Session(keys) => keys.deserialize(&mut saved),
            Self::Travel(keys) => keys.deserialize(&mut saved),
        }
    }
}

fn bytes<T: Serialize>(value: &T) -> Result<SavedMemory<'static>, postcard::Error> {
    postcard::to_stdvec(value).map(|bytes| SavedMemory(bytes.into()))
}

/// What one tracker remembers, as bytes: one that cannot be read takes no other with it.
#[derive(Debug)]
pub(crate) struct SavedMemory<'a>(Cow<'a, [u8]>);

impl Serialize for SavedMemory<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for SavedMemory<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <&[u8]>::deserialize(deserializer).map(|bytes| Self(bytes.into()))
    }
}
