//! The files of a replay, read by whichever thread has nothing else to do.

use std::sync::{Mutex, PoisonError};

use enrich::Arrival;
use intake::{FileChunk, FileEvents};
use pipeline::IgnoredEvents;

/// The events that are not read yet.
pub(super) struct Source {
    unread: Mutex<Unread>,
    ignored: Option<IgnoredEvents>,
}

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
    /// How many events of the chunk nobody wants; they are not in it any more.
    pub(super) ignored: usize,
}

impl Source {
    pub(super) const fn new(events: FileEvents, ignored: Option<IgnoredEvents>) -> Self {
        let next = Place { turn: 0, events_before: 0, ignored: 0 };
        Self { unread: Mutex::new(Unread { events, next }), ignored }
    }

    /// Reads the next chunk; none at the end.
    pub(super) fn read(&self, chunk: &mut FileChunk) -> Option<Place> {
        let Unread { events, next } = &mut *self.unread.lock().unwrap_or_else(PoisonError::into_inner);
        if !events.read_chunk(chunk) {
            return None;
        }
        let arrival = arrival(chunk);
        let ignored =
            self.ignored.as_ref().map_or(0, |ignored| chunk.leave_out(|event| ignored.contain(event, arrival)));
        let place = Place { ignored, ..*next };
        *next = Place { turn: place.turn + 1, events_before: place.events_before + chunk.len() as u64, ignored: 0 };
        Some(place)
    }
}

/// How the events of a chunk came.
pub(super) const fn arrival(chunk: &FileChunk) -> Arrival<'static> {
    Arrival { received_at: chunk.received_at(), origin: chunk.origin(), instance: None }
}
