//! Events of a file that are read together, each with its index: for those who look at very many.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use audit_event::{AuditEvent, EventIndex, Origin, ParseError};

use super::error::FileError;
use crate::event::nanoseconds_now;

/// Events and problems together. Enough to make what is done once a chunk cost nothing, few enough to stay in a core's own cache.
const MAX_FOUND: usize = 256;

/// What is reached sooner by large events.
const MAX_BYTES: usize = 256 * 1024;

/// Some events of one file. Keep one and read into it again: it then allocates nothing.
#[derive(Debug)]
pub struct FileChunk {
    file: Arc<Path>,
    origin: Origin,
    received_at: u64,
    /// The events, one after another.
    text: String,
    events: Vec<Range<usize>>,
    /// At least as many as there are events.
    indexes: Vec<EventIndex>,
    problems: Vec<(usize, FileError)>,
}

impl FileChunk {
    /// How many events there are.
    pub const fn len(&self) -> usize {
        self.events.len()
    }

    /// Whether there is neither an event nor a problem.
    pub const fn is_empty(&self) -> bool {
        self.events.is_empty() && self.problems.is_empty()
    }

    /// When they were read, in nanoseconds since the Unix epoch.
    pub const fn received_at(&self) -> u64 {
        self.received_at
    }

    /// The way they came.
    pub const fn origin(&self) -> Origin {
        self.origin
    }

    /// The events in their order: the text of each, and an index that has read it.
    pub fn events(&self) -> impl Iterator<Item = (&str, &EventIndex)> {
        self.events.iter().map(|event| &self.text[event.clone()]).zip(&self.indexes)
    }

    /// Leaves out the events that nobody wants, and says how many.
    pub fn leave_out(&mut self, is_unwanted: impl Fn(AuditEvent<'_>) -> bool) -> usize {
        let Self { text, events, indexes, problems, .. } = self;
        let mut kept = 0;
        let mut problems = problems.iter_mut().peekable();
        for place in 0..events.len() {
            while let Some((events_before, _)) = problems.next_if(|(events_before, _)| *events_before <= place) {
                *events_before = kept;
            }
            if !is_unwanted(indexes[place].event(&text[events[place].clone()])) {
                events.swap(kept, place);
                indexes.swap(kept, place);
                kept += 1;
            }
        }
        problems.for_each(|(events_before, _)| *events_before = kept);
        let left_out = events.len() - kept;
        events.truncate(kept);
        left_out
    }

    /// What is no event, each with the number of events before it.
    pub fn problems(&self) -> impl Iterator<Item = (usize, &FileError)> {
        self.problems.iter().map(|(events, error)| (*events, error))
    }

    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.events.clear();
        self.problems.clear();
    }

    /// Sets what all events have in common, before the first.
    pub(super) fn begin(&mut self, file: &Arc<Path>, origin: Origin) {
        self.file = Arc::clone(file);
        self.origin = origin;
        self.received_at = nanoseconds_now();
    }

    pub(super) const fn is_full(&self) -> bool {
        self.events.len() + self.problems.len() >= MAX_FOUND || self.text.len() >= MAX_BYTES
    }

    /// Adds an event, unless it cannot be read.
    pub(super) fn add(&mut self, json: &str) -> Result<(), ParseError> {
        let place = self.events.len();
        if self.indexes.len() == place {
            self.indexes.push(EventIndex::default());
        }
        self.indexes[place].parse_received(json)?;
        let start = self.text.len();
        self.text.push_str(json);
        self.events.push(start..self.text.len());
        Ok(())
    }

    pub(super) fn add_problem(&mut self, error: FileError) {
        self.problems.push((self.events.len(), error));
    }
}

impl Default for FileChunk {
    fn default() -> Self {
        Self {
            file: Arc::from(Path::new("")),
            origin: Origin::File,
            received_at: 0,
            text: String::new(),
            events: Vec::new(),
            indexes: Vec::new(),
            problems: Vec::new(),
        }
    }
}
