//! The spool: events on the disk before GitLab gets its answer, until the host has taken them.
//!
//! A log of our own, because no crate does this job: the embedded stores (redb, fjall, `SQLite`) keep an index that a
//! queue does not need and give up a whole file over one damaged page; the log crates (okaywal, commitlog, yaque,
//! queue-file) are no longer kept up, or do not share one fsync among writers, or do not let go by worth.
//!
//! There is one sequence of segments for each [`Rank`](crate::worth::Rank), so that letting the least valuable events go
//! is removing a file. Records carry one sequence number over all ranks, by which they are read back in order.

mod acknowledged;
mod backlog;
mod bounds;
mod error;
mod padding;
mod record;
mod record_reader;
mod recovery;
mod segment;
mod segments;
mod writer;

use std::fs::File;
use std::io;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use acknowledged::Acknowledged;
pub(crate) use backlog::Read;
use backlog::{Backlog, Span};
use bounds::Bounds;
pub use error::SpoolError;
pub(crate) use recovery::{Recall, Recovered};
use writer::Shared;
pub(crate) use writer::{Fate, Writer};

use crate::state_directory::StateDirectory;

/// An open spool, in its parts: each belongs to another thread.
#[derive(Debug)]
pub(crate) struct Spool {
    pub(crate) writer: Writer,
    pub(crate) reader: SpoolReader,
    pub(crate) progress: Progress,
    pub(crate) recovered: Recovered,
}

/// Reads what is stored, and tells how much that is.
#[derive(Debug, Clone)]
pub(crate) struct SpoolReader(Arc<Shared>);

/// How far the host has got.
#[derive(Debug)]
pub(crate) struct Progress {
    file: Acknowledged,
    sequence: u64,
}

impl Spool {
    /// Opens the spool in `state` and reads through it; what a crash cut off is cut away.
    ///
    /// `max_bytes` bounds the size of its files together. `recall` is told of the events that are in it.
    pub(crate) fn open(state: &StateDirectory, max_bytes: u64, recall: &mut Recall<'_>) -> Result<Self, SpoolError> {
        let directory = state.path().join("spool");
        let unusable = |cause| SpoolError::Unusable { path: directory.clone(), cause };
        std::fs::create_dir_all(&directory).map_err(unusable)?;
        // A directory that is gone after a power failure takes all that is in it with it.
        File::open(state.path()).and_then(|above| above.sync_all()).map_err(unusable)?;
        let (file, sequence) = Acknowledged::open(&directory).map_err(unusable)?;
        let (segments, recovered) = recovery::recover(&directory, sequence, recall)?;
        let shared = Arc::new(Shared { segments: Mutex::new(segments), backlog: Mutex::new(Backlog::new(&directory)) });
        let bounds = Bounds::of_spool(max_bytes);
        let mut writer = Writer::new(Arc::clone(&shared), &directory, bounds, recovered.next_sequence);
        writer.remove_up_to(sequence).map_err(unusable)?;
        Ok(Self { writer, reader: SpoolReader(shared), progress: Progress { file, sequence }, recovered })
    }
}

impl SpoolReader {
    /// Reads events from the sequence number `from` to before `to`, until they are `max_bytes` or more together.
    ///
    /// `then` is called while what was read counts as read and nothing can be let go of yet.
    pub(crate) fn read<T>(&self, from: u64, to: u64, max_bytes: usize, then: impl FnOnce(Read) -> T) -> io::Result<T> {
        let mut backlog = self.0.backlog();
        backlog.read(&self.0.segments, Span { from, to }, max_bytes).map(then)
    }

    /// Size of all files together.
    pub(crate) fn bytes(&self) -> u64 {
        self.0.segments().file_bytes()
    }

    /// Number of segments.
    pub(crate) fn segments(&self) -> usize {
        self.0.segments().count()
    }

    /// About how long the oldest event after the sequence number `sequence` has been waiting: as long as its segment.
    pub(crate) fn oldest_age(&self, sequence: u64) -> Duration {
        self.0.segments().oldest_age(sequence, SystemTime::now())
    }
}

impl Progress {
    /// The last event that the host has taken.
    pub(crate) const fn sequence(&self) -> u64 {
        self.sequence
    }

    /// Remembers that the host has taken every event up to `sequence`.
    pub(crate) fn set(&mut self, sequence: u64) -> io::Result<()> {
        self.file.write(sequence)?;
        self.sequence = sequence;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
