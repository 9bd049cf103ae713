//! The events of a list of files, one after another, with the places they come from.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, BufRead};
use std::path::Path;
use std::sync::Arc;

use audit_event::Origin;

use super::chunk::FileChunk;
use super::decompress::decompress;
use super::error::{FileError, FileProblem};
use super::event::{FileEvent, MAX_EVENT_BYTES, object};
use super::find::Input;
use super::pieces::{Piece, Pieces};
use super::progress::Progress;

/// The events of files, in their order. What is no event is an error in its place, and reading goes on.
pub struct FileEvents {
    inputs: VecDeque<Input>,
    open: Option<OpenFile>,
    progress: Progress,
}

struct OpenFile {
    file: Arc<Path>,
    origin: Origin,
    pieces: Pieces<Box<dyn BufRead + Send>>,
}

impl FileEvents {
    pub(super) fn new(inputs: Vec<Input>) -> Self {
        Self { inputs: inputs.into(), open: None, progress: Progress::default() }
    }

    /// How much has been read, to be watched while reading goes on.
    pub fn progress(&self) -> Progress {
        self.progress.clone()
    }

    fn open(&self, input: Input) -> Result<OpenFile, FileError> {
        let (file, origin) = match input {
            Input::Unreadable(error) => return Err(error),
            Input::Stdin => (Arc::from(Path::new("-")), Origin::Stream),
            Input::File(path) => (path, Origin::File),
        };
        let progress = self.progress.clone();
        let text = match origin {
            Origin::Stream => decompress(progress.counting(io::stdin())),
            _ => File::open(&file).and_then(|reader| decompress(progress.counting(reader))),
        };
        match text {
            Ok(text) => Ok(OpenFile { file, origin, pieces: Pieces::new(text, MAX_EVENT_BYTES) }),
            Err(error) => Err(FileError::unreadable(file, error)),
        }
    }

    /// The file that is being read, the next one if none is; none at the end of all.
    fn open_file(&mut self) -> Option<Result<&mut OpenFile, FileError>> {
        if self.open.is_none() {
            let input = self.inputs.pop_front()?;
            match self.open(input) {
                Ok(open) => self.open = Some(open),
                Err(error) => return Some(Err(error)),
            }
        }
        self.open.as_mut().map(Ok)
    }

    /// Reads as many events as are dealt with together, all of one file, into `chunk`; `false` at the end of all files.
    ///
    /// It waits for no further event when it has one, so events that come through a pipe one by one are given one by one.
    pub fn read_chunk(&mut self, chunk: &mut FileChunk) -> bool {
        chunk.clear();
        while chunk.is_empty() {
            match self.open_file() {
                None => return false,
                Some(Err(error)) => chunk.add_problem(error),
                Some(Ok(open)) => {
                    if open.read_chunk(chunk) == Rest::None {
                        self.open = None;
                    }
                }
            }
        }
        true
    }
}

impl Iterator for FileEvents {
    type Item = Result<FileEvent, FileError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let event = match self.open_file()? {
                Ok(open) => open.next(),
                Err(error) => return Some(Err(error)),
            };
            if !matches!(&event, Some(Ok(_) | Err(FileError { line: Some(_), .. }))) {
                self.open = None;
            }
            if event.is_some() {
                return event;
            }
        }
    }
}

/// Whether there may be more in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rest {
    Some,
    None,
}

impl OpenFile {
    fn read_chunk(&mut self, chunk: &mut FileChunk) -> Rest {
        chunk.begin(&self.file, self.origin);
        self.read_into(chunk).unwrap_or_else(|error| {
            chunk.add_problem(FileError::unreadable(Arc::clone(&self.file), error));
            Rest::None
        })
    }

    fn read_into(&mut self, chunk: &mut FileChunk) -> io::Result<Rest> {
        while !chunk.is_full() {
            // Reading on might mean waiting, for as long as whoever writes likes, and what is there would wait as well.
            let may_wait = self.origin != Origin::Stream || chunk.is_empty();
            if !may_wait && !self.pieces.has_line() {
                break;
            }
            if self.take_line(chunk)? {
                continue;
            }
            if !may_wait {
                break;
            }
            if !self.take_piece(chunk)? {
                return Ok(Rest::None);
            }
        }
        Ok(Rest::Some)
    }

    /// Takes the next line if it is an event. Nearly all files have one event a line, and reading the line as an event tells
    /// at once whether it is one.
    fn take_line(&mut self, chunk: &mut FileChunk) -> io::Result<bool> {
        let Some(text) = self.pieces.line()? else { return Ok(false) };
        let length = text.len();
        let is_event = length <= MAX_EVENT_BYTES
            && str::from_utf8(text).is_ok_and(|json| chunk.add(json.trim_ascii_end()).is_ok());
        if is_event {
            self.pieces.take(length);
        }
        Ok(is_event)
    }

    /// Takes whatever comes next; false at the end.
    fn take_piece(&mut self, chunk: &mut FileChunk) -> io::Result<bool> {
        let Some(Piece { line, text }) = self.pieces.next()? else { return Ok(false) };
        if let Err(problem) = object(text).and_then(|json| chunk.add(json).map_err(FileProblem::Unindexable)) {
            chunk.add_problem(FileError { file: Arc::clone(&self.file), line: Some(line), problem });
        }
        Ok(true)
    }

    fn next(&mut self) -> Option<Result<FileEvent, FileError>> {
        let Self { file, origin, pieces } = self;
        match pieces.next() {
            Ok(piece) => Some(FileEvent::read(piece?, file, *origin)),
            Err(error) => Some(Err(FileError::unreadable(Arc::clone(file), error))),
        }
    }
}
