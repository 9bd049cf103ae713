//! Events of a file that are read together, each with its index: for those who look at very many.

use std::path::Path;
use std::sync::Arc;

use audit_event::{EventIndex, Origin, ParseError};

use super::error::FileError;
use crate::event::nanoseconds_now;

/// Enough to make what is done once a chunk cost nothing, few enough to stay in a core's own cache.
const MAX_EVENTS: usize = 256;

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
    ends: Vec<usize>,
    /// At least as many as there are events.
    indexes: Vec<EventIndex>,
    problems: Vec<(usize, FileError)>,
}

impl FileChunk {
    /// How many events there are.
    pub const fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is neither an event nor a problem.
    pub const fn is_empty(&self) -> bool {
        self.ends.is_empty() && self.problems.is_empty()
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
    pub fn events(&mut self) -> impl Iterator<Item = (&str, &mut EventIndex)> {
        let Self { text, ends, indexes, .. } = self;
        let starts = std::iter::once(0).chain(ends.iter().copied());
        starts.zip(ends.iter()).map(|(start, end)| &text[start..*end]).zip(indexes)
    }

    /// What is no event, each with the number of events before it.
    pub fn problems(&self) -> impl Iterator<Item = (usize, &FileError)> {
        self.problems.iter().map(|(events, error)| (*events, error))
    }

    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
        self.problems.clear();
    }

    /// Sets what all events have in common, before the first.
    pub(super) fn begin(&mut self, file: &Arc<Path>, origin: Origin) {
        self.file = Arc::clone(file);
        self.origin = origin;
        self.received_at = nanoseconds_now();
    }

    pub(super) const fn is_full(&self) -> bool {
        self.ends.len() >= MAX_EVENTS || self.text.len() >= MAX_BYTES
    }

    /// Adds an event, unless it cannot be read.
    pub(super) fn add(&mut self, json: &str) -> Result<(), ParseError> {
        let place = self.ends.len();
        if self.indexes.len() == place {
            self.indexes.push(EventIndex::default());
        }
        self.indexes[place].parse_received(json)?;
        self.text.push_str(json);
        self.ends.push(self.text.len());
        Ok(())
    }

    pub(super) fn add_problem(&mut self, error: FileError) {
        self.problems.push((self.ends.len(), error));
    }
}

impl Default for FileChunk {
    fn default() -> Self {
        Self {
            file: Arc::from(Path::new("")),
            origin: Origin::File,
            received_at: 0,
            text: String::new(),
            ends: Vec::new(),
            indexes: Vec::new(),
            problems: Vec::new(),
        }
    }
}
