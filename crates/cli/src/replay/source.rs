//! The files of a replay, read by whichever thread has nothing else to do.

use std::sync::{Mutex, PoisonError};

use intake::{FileChunk, FileEvents};

/// The events that are not read yet.
pub(super) struct Source(Mutex<Unread>);

struct Unread {
    events: FileEvents,
    next: Place,
}

/// Where a chunk stands among all of them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    /// Its number, from 0.
    pub(super) turn: u64,
    /// How many events are before its first.
    pub(super) events_before: u64,
}

impl Source {
    pub(super) const fn new(events: FileEvents) -> Self {
        Self(Mutex::new(Unread { events, next: Place { turn: 0, events_before: 0 } }))
    }

    /// Reads the next chunk; none at the end.
    pub(super) fn read(&self, chunk: &mut FileChunk) -> Option<Place> {
        let Unread { events, next } = &mut *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let place = *next;
        events.read_chunk(chunk).then(|| {
            *next = Place { turn: place.turn + 1, events_before: place.events_before + chunk.len() as u64 };
            place
        })
    }
}
