//! One followed file: how far it is read, and what has become of it.

use std::fs::{self, File, Metadata};
use std::io::{self, BufReader, Read, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use audit_event::Origin;

use super::LEAVE_AFTER;
use super::fingerprint::Fingerprint;
use super::identity::Identity;
use super::positions::Position;
use super::rest::Rest;
use crate::files::error::{FileError, FileProblem};
use crate::files::event::{FileEvent, MAX_EVENT_BYTES};
use crate::files::pieces::Pieces;
use crate::files::place::Place;
use crate::regular_file;

/// A file that is followed.
#[derive(Debug)]
pub(super) struct FollowedFile {
    identity: Identity,
    path: Arc<Path>,
    place: Place,
    /// None until something was read.
    fingerprint: Option<Fingerprint>,
    open: Option<OpenFile>,
    /// What is to be read before the file itself, of which nothing has been read then: `place` and `fingerprint` are of what the file
    /// was, so that the rest is found again after a crash.
    rest: Option<Rest>,
    last_grown: Instant,
    /// What is wrong with the file as a whole, so that it is told once.
    trouble: Option<String>,
    /// To be told with the next step.
    error: Option<FileError>,
    listing: Listing,
}

/// Whether what is followed still leads to a file. In the order in which files are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Listing {
    /// Its name is another file's or nobody's.
    Left,
    Listed,
}

struct OpenFile {
    file: File,
    pieces: Pieces<BufReader<Tail>>,
    is_final: Arc<AtomicBool>,
}

/// What comes next.
pub(super) enum Step {
    Event(FileEvent),
    Error(FileError),
    /// Nothing at the moment.
    Nothing,
    /// Nothing ever again.
    Gone,
}

impl From<Result<FileEvent, FileError>> for Step {
    fn from(read: Result<FileEvent, FileError>) -> Self {
        read.map_or_else(Self::Error, Self::Event)
    }
}

/// A file whose end is an error as long as it may still grow.
struct Tail {
    file: File,
    is_final: Arc<AtomicBool>,
}

impl Read for Tail {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.file.read(buffer)? {
            0 if !buffer.is_empty() && !self.is_final.load(Ordering::Relaxed) => Err(io::ErrorKind::WouldBlock.into()),
            read => Ok(read),
        }
    }
}

impl FollowedFile {
    /// A file that has been read to this position, if it is still the same.
    pub(super) fn new(identity: Identity, path: Arc<Path>, position: Option<Position>) -> Self {
        Self {
            identity,
            path,
            place: position.as_ref().map_or(Place::START, |position| position.place),
            fingerprint: position.map(|position| position.fingerprint),
            open: None,
            rest: None,
            last_grown: Instant::now(),
            trouble: None,
            error: None,
            listing: Listing::Listed,
        }
    }

    pub(super) fn path(&self) -> Arc<Path> {
        Arc::clone(&self.path)
    }

    /// Names the file in messages from now on.
    pub(super) fn is_now_called(&mut self, path: &Path) {
        if *self.path != *path {
            self.path = path.into();
        }
    }

    pub(super) const fn is_open(&self) -> bool {
        self.open.is_some()
    }

    pub(super) const fn last_grown(&self) -> Instant {
        self.last_grown
    }

    /// Forgets what is half read; it is read again from where the last event ended.
    pub(super) fn close(&mut self) {
        self.open = None;
    }

    /// Where to go on after a restart; none while nothing was read.
    pub(super) fn position(&self) -> Option<Position> {
        let fingerprint = self.fingerprint?;
        Some(Position { identity: self.identity, path: PathBuf::from(&*self.path), place: self.place, fingerprint })
    }

    fn is_left(&self) -> bool {
        self.listing == Listing::Left
    }

    /// Whether there is something to do: the file has grown, was cut, or is left for good.
    pub(super) fn look(&mut self, listing: Listing, now: Instant) -> bool {
        self.listing = listing;
        if self.error.is_some() || self.rest.is_some() {
            return true;
        }
        match self.length() {
            Ok(length) => self.look_at_length(length, now),
            // A file that is gone and was not open has nothing more to give.
            Err(error) if error.kind() == io::ErrorKind::NotFound && self.is_left() => true,
            Err(error) => {
                self.has_trouble(error);
                self.error.is_some()
            }
        }
    }

    fn look_at_length(&mut self, length: u64, now: Instant) -> bool {
        let read = self.open.as_ref().map_or(self.place.offset, OpenFile::read);
        if length < read || length > read && self.has_other_text() {
            self.starts_over();
            self.last_grown = now;
            return true;
        }
        if length > read {
            self.last_grown = now;
            return true;
        }
        self.is_left() && now.saturating_duration_since(self.last_grown) >= LEAVE_AFTER
    }

    fn length(&self) -> io::Result<u64> {
        match &self.open {
            Some(open) => Ok(open.file.metadata()?.len()),
            None => self.only_mine(&fs::metadata(&self.path)?).map(Metadata::len),
        }
    }

    /// The metadata, unless another file has the name now.
    fn only_mine<'a>(&self, metadata: &'a Metadata) -> io::Result<&'a Metadata> {
        if Identity::of(metadata) == self.identity { Ok(metadata) } else { Err(io::ErrorKind::NotFound.into()) }
    }

    /// Whether the file was cut and has grown beyond what was read before anybody looked.
    fn has_other_text(&self) -> bool {
        match (&self.open, &self.fingerprint) {
            (Some(open), Some(fingerprint)) => !fingerprint.fits(&open.file),
            _ => false,
        }
    }

    /// What was read is no longer there; what was not yet may be in a copy.
    fn starts_over(&mut self) {
        let open = self.open.take();
        if self.looks_for_rest() {
            return;
        }
        if open.is_some_and(|open| open.pieces.has_rest()) {
            let problem = FileProblem::Cut;
            self.error = Some(FileError { file: self.path(), line: Some(self.place.line), problem });
        }
        self.begins();
    }

    /// Whether there is a copy of what the file was, which is read first then.
    pub(super) fn looks_for_rest(&mut self) -> bool {
        self.rest = self.fingerprint.and_then(|fingerprint| Rest::find(&self.path, self.place, fingerprint));
        self.rest.is_some()
    }

    const fn begins(&mut self) {
        self.place = Place::START;
        self.fingerprint = None;
    }

    pub(super) fn next(&mut self) -> Step {
        if let Some(error) = self.error.take() {
            return Step::Error(error);
        }
        let leaves = self.is_left() && self.last_grown.elapsed() >= LEAVE_AFTER;
        if let Some(rest) = &mut self.rest {
            if let Some(step) = rest.next() {
                return step;
            }
            self.rest = None;
            self.begins();
        }
        if self.open.is_none() {
            match self.open() {
                Ok(Some(open)) => self.open = Some(open),
                Ok(None) => return self.next(),
                Err(error) if error.kind() == io::ErrorKind::NotFound && self.is_left() => return Step::Gone,
                Err(error) => {
                    self.has_trouble(error);
                    return self.error.take().map_or(Step::Nothing, Step::Error);
                }
            }
        }
        let Some(open) = &mut self.open else { return Step::Nothing };
        open.is_final.store(leaves, Ordering::Relaxed);
        let step = match open.pieces.next() {
            Ok(None) => return Step::Gone,
            Ok(Some(piece)) => FileEvent::read(piece, &self.path, Origin::File).into(),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Step::Nothing,
            Err(error) => {
                self.has_trouble(error);
                return self.error.take().map_or(Step::Nothing, Step::Error);
            }
        };
        self.note_place();
        step
    }

    fn note_place(&mut self) {
        let Some(open) = &self.open else { return };
        self.place = open.pieces.place();
        if self.fingerprint.is_none_or(|fingerprint| fingerprint.is_short()) && self.place.offset > 0 {
            self.fingerprint = Fingerprint::of(&open.file, self.place.offset).ok();
        }
    }

    /// Opens the file where it is to be read on; none if the rest of what it was is to be read first.
    fn open(&mut self) -> io::Result<Option<OpenFile>> {
        let mut file = regular_file::open(&self.path)?;
        let length = self.only_mine(&file.metadata()?)?.len();
        let is_same = self.fingerprint.is_none_or(|fingerprint| fingerprint.fits(&file));
        if !is_same || length < self.place.offset {
            self.starts_over();
            if self.rest.is_some() {
                return Ok(None);
            }
        }
        file.seek(SeekFrom::Start(self.place.offset))?;
        let is_final = Arc::new(AtomicBool::new(false));
        let tail = Tail { file: file.try_clone()?, is_final: Arc::clone(&is_final) };
        let pieces = Pieces::resume(BufReader::new(tail), MAX_EVENT_BYTES, self.place);
        Ok(Some(OpenFile { file, pieces, is_final }))
    }

    fn has_trouble(&mut self, error: io::Error) {
        let text = error.to_string();
        if self.trouble.as_ref() != Some(&text) {
            self.trouble = Some(text);
            self.error = Some(FileError::unreadable(self.path(), error));
        }
    }
}

impl OpenFile {
    /// How much of the file has been read, half-written events included. The position is shared with the reader's handle.
    fn read(&self) -> u64 {
        (&self.file).stream_position().unwrap_or_else(|_| self.pieces.place().offset)
    }
}

impl std::fmt::Debug for OpenFile {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("OpenFile").field("place", &self.pieces.place()).finish_non_exhaustive()
    }
}
