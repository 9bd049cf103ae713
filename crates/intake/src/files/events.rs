//! The events of a list of files, one after another, with the places they come from.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, BufRead};
use std::path::Path;
use std::sync::Arc;

use audit_event::{JsonKind, Origin};

use super::decompress::decompress;
use super::error::{FileError, FileProblem};
use super::find::Input;
use super::pieces::{PieceError, Pieces};
use super::progress::Progress;
use crate::event::ReceivedEvent;

/// GitLab's own limit for one event, and more than it ever sends.
pub(super) const MAX_EVENT_BYTES: usize = 25 * 1024 * 1024;

/// One event of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileEvent {
    /// The event; its time of receipt is the time it was read.
    pub event: ReceivedEvent,
    /// Which file; `-` is standard input.
    pub file: Arc<Path>,
    /// The line, from 1, in which it begins.
    pub line: u64,
}

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
            Err(error) => Err(FileError { file, line: None, problem: FileProblem::Unreadable(error) }),
        }
    }
}

impl Iterator for FileEvents {
    type Item = Result<FileEvent, FileError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let Some(open) = &mut self.open else {
                let input = self.inputs.pop_front()?;
                match self.open(input) {
                    Ok(open) => self.open = Some(open),
                    Err(error) => return Some(Err(error)),
                }
                continue;
            };
            let event = open.next();
            if !matches!(&event, Some(Ok(_) | Err(FileError { line: Some(_), .. }))) {
                self.open = None;
            }
            if event.is_some() {
                return event;
            }
        }
    }
}

impl OpenFile {
    fn next(&mut self) -> Option<Result<FileEvent, FileError>> {
        let Self { file, origin, pieces } = self;
        let piece = match pieces.next() {
            Ok(None) => return None,
            Ok(Some(piece)) => piece,
            Err(error) => {
                let problem = FileProblem::Unreadable(error);
                return Some(Err(FileError { file: Arc::clone(file), line: None, problem }));
            }
        };
        let (file, line) = (Arc::clone(file), piece.line);
        Some(match piece.text.map_err(FileProblem::from).and_then(object) {
            Ok(json) => Ok(FileEvent { event: ReceivedEvent::now(json, *origin, None), file, line }),
            Err(problem) => Err(FileError { file, line: Some(line), problem }),
        })
    }
}

/// The one event that `text` is.
pub(super) fn object(text: &[u8]) -> Result<&str, FileProblem> {
    if text.starts_with(b"[") {
        // As a body this would be an array of events; here it stands where an event should.
        return Err(FileProblem::NotAnObject(JsonKind::Array));
    }
    audit_event::events(text).next().map_or(Err(FileProblem::NotJson), |event| event.map_err(FileProblem::from))
}

impl From<PieceError> for FileProblem {
    fn from(error: PieceError) -> Self {
        match error {
            PieceError::Broken => Self::NotJson,
            PieceError::TooDeep => Self::TooDeep,
            PieceError::TooLarge => Self::TooLarge { limit: MAX_EVENT_BYTES },
            PieceError::UnclosedArray => Self::UnclosedArray,
        }
    }
}
