//! Reads back what was stored, in the order it arrived, for a host that has fallen behind.

use std::fs::File;
use std::io::{self, Read as _, Take};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use rustix::io::Errno;

use super::record::Record;
use super::record_reader::{Item, RecordReader};
use super::segment::{self, SegmentId};
use super::segments::Segments;
use crate::arrival::Arrival;
use crate::regular_file;
use crate::worth::Rank;

/// How often a segment is tried before it is given up.
const ATTEMPTS: u32 = 10;

/// Where the reading of each rank is.
#[derive(Debug)]
pub(super) struct Backlog {
    directory: PathBuf,
    cursors: [Cursor; Rank::ALL.len()],
}

/// What was read.
#[derive(Debug, Default)]
pub(crate) struct Read {
    /// The events with their sequence numbers, ascending.
    pub(crate) events: Vec<(u64, Arrival)>,
    /// Where to go on.
    pub(crate) next: u64,
    /// What could not be read, each in a sentence.
    pub(crate) damages: Vec<String>,
}

/// What to read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    /// The first sequence number.
    pub(super) from: u64,
    /// The first that is not wanted.
    pub(super) to: u64,
}

impl Backlog {
    pub(super) fn new(directory: &Path) -> Self {
        Self { directory: directory.to_owned(), cursors: Rank::ALL.map(Cursor::new) }
    }

    /// Reads events from `span` until they are `max_bytes` or more together.
    ///
    /// An error is worth trying again, such as a want of file descriptors. What fails again and again is left out and
    /// told as damage, so that it does not hold up what comes after.
    pub(super) fn read(&mut self, segments: &Mutex<Segments>, span: Span, max_bytes: usize) -> io::Result<Read> {
        let Self { directory, cursors } = self;
        let place = Place { directory, segments };
        let mut read = Read { next: span.from, ..Read::default() };
        let mut bytes = 0;
        while bytes < max_bytes {
            match next(cursors, place, span, &mut read.damages) {
                Ok(Some(Record { sequence, arrival })) => {
                    read.next = sequence + 1;
                    bytes += arrival.event.size();
                    read.events.push((sequence, arrival));
                }
                Ok(None) => {
                    read.next = span.to;
                    break;
                }
                Err(error) if read.events.is_empty() => return Err(error),
                Err(_) => break,
            }
        }
        Ok(read)
    }

    /// Forgets what was looked at in a rank whose segments change.
    pub(super) fn close(&mut self, rank: Rank) {
        self.cursors[rank as usize] = Cursor::new(rank);
    }
}

/// The first of all records that come next.
fn next(cursors: &mut [Cursor], place: Place<'_>, span: Span, damages: &mut Vec<String>) -> io::Result<Option<Record>> {
    let mut first: Option<(u64, &mut Cursor)> = None;
    for cursor in cursors {
        if let Some(sequence) = cursor.look(place, span, damages)?
            && first.as_ref().is_none_or(|(least, _)| sequence < *least)
        {
            first = Some((sequence, cursor));
        }
    }
    Ok(first.and_then(|(_, cursor)| cursor.record.take()))
}

/// Where segments are, and what is known of them.
#[derive(Debug, Clone, Copy)]
struct Place<'a> {
    directory: &'a Path,
    segments: &'a Mutex<Segments>,
}

/// The reading of one rank.
#[derive(Debug)]
struct Cursor {
    rank: Rank,
    segment: Option<SegmentId>,
    reader: Option<RecordReader<Take<File>>>,
    /// How far the segment may be read: a record ends there.
    end: u64,
    /// The record that comes next.
    record: Option<Record>,
    /// How often reading failed since it last went well.
    failures: u32,
}

impl Cursor {
    const fn new(rank: Rank) -> Self {
        Self { rank, segment: None, reader: None, end: 0, record: None, failures: 0 }
    }

    /// The sequence number of the next record within `span`, which stays the next until it is taken.
    fn look(&mut self, place: Place<'_>, span: Span, damages: &mut Vec<String>) -> io::Result<Option<u64>> {
        // What is before the span was handed out from memory.
        self.record.take_if(|record| record.sequence < span.from);
        while self.record.is_none() {
            match self.reader.as_mut().map(RecordReader::next).transpose() {
                Ok(Some(Some(Item::Record(record)))) => {
                    self.failures = 0;
                    self.record = Some(record).filter(|record| record.sequence >= span.from);
                }
                Ok(Some(Some(Item::Damage(bytes)))) => {
                    damages.extend(self.damage(place, &format!("{bytes} bytes are damaged")));
                }
                Ok(Some(Some(Item::Tail(tail)))) => {
                    damages.extend(self.damage(place, &format!("{} bytes are damaged", tail.bytes())));
                }
                Ok(None | Some(None)) => {
                    if !self.advance(place, span.from, damages)? {
                        return Ok(None);
                    }
                }
                Err(error) => self.fail(error, place, damages)?,
            }
        }
        Ok(self.record.as_ref().map(|record| record.sequence).filter(|sequence| *sequence < span.to))
    }

    /// Goes on in the segment if it has grown, else to the next one; false if there is none.
    fn advance(&mut self, place: Place<'_>, from: u64, damages: &mut Vec<String>) -> io::Result<bool> {
        let (id, bytes) = {
            let segments = place.segments.lock().unwrap_or_else(PoisonError::into_inner);
            let grown = self.segment.and_then(|id| segments.get(id)).map_or(0, |segment| segment.bytes);
            if let Some(reader) = self.reader.as_mut().filter(|_| grown > self.end) {
                let input = reader.input();
                input.set_limit(input.limit() + (grown - self.end));
                self.end = grown;
                return Ok(true);
            }
            match segments.next(self.rank, from, self.segment) {
                Some(next) => (next.id, next.bytes),
                None => return Ok(false),
            }
        };
        (self.segment, self.end, self.reader) = (Some(id), bytes, None);
        match open(&id.path(place.directory), bytes) {
            Ok(reader) => self.reader = Some(reader),
            Err(error) => self.fail(error, place, damages)?,
        }
        Ok(true)
    }

    /// Begins anew with the next attempt, or gives the segment up.
    fn fail(&mut self, error: io::Error, place: Place<'_>, damages: &mut Vec<String>) -> io::Result<()> {
        // What the process wants for says nothing about the segment, however long it lasts.
        let failures = self.failures + u32::from(!is_want(&error));
        if failures < ATTEMPTS && error.kind() != io::ErrorKind::NotFound {
            *self = Self { failures, ..Self::new(self.rank) };
            return Err(error);
        }
        (self.reader, self.failures) = (None, 0);
        damages.extend(self.damage(place, &error.to_string()));
        Ok(())
    }

    /// What is to be told of a damaged place, unless it was at start.
    fn damage(&self, place: Place<'_>, what: &str) -> Option<String> {
        let id = self.segment?;
        let was_told = place.segments.lock().unwrap_or_else(PoisonError::into_inner).was_told(id);
        (!was_told).then(|| format!("events in {} cannot be read: {what}", id.path(place.directory).display()))
    }
}

/// Whether there are no file descriptors or no memory at the moment.
fn is_want(error: &io::Error) -> bool {
    matches!(Errno::from_io_error(error), Some(Errno::MFILE | Errno::NFILE | Errno::NOMEM | Errno::INTR | Errno::AGAIN))
}

/// Opens a segment that is sound up to `bytes`.
fn open(path: &Path, bytes: u64) -> io::Result<RecordReader<Take<File>>> {
    let mut file = regular_file::open(path)?;
    segment::read_head(&mut file)?;
    Ok(RecordReader::new(file.take(bytes.saturating_sub(segment::HEAD_BYTES))))
}
