//! One event of a file: what a piece of its text is, or why it is none.

use std::path::Path;
use std::sync::Arc;

use audit_event::{JsonKind, Origin};

use super::error::{FileError, FileProblem};
use super::pieces::{Piece, PieceError};
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

impl FileEvent {
    /// The event that a piece of `file` is.
    pub(super) fn read(piece: Piece<'_>, file: &Arc<Path>, origin: Origin) -> Result<Self, FileError> {
        let (file, line) = (Arc::clone(file), piece.line);
        match object(piece.text) {
            Ok(json) => Ok(Self { event: ReceivedEvent::now(json, origin, None), file, line }),
            Err(problem) => Err(FileError { file, line: Some(line), problem }),
        }
    }
}

/// The one event that the text of a piece is.
pub(super) fn object(text: Result<&[u8], PieceError>) -> Result<&str, FileProblem> {
    let text = text?;
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
