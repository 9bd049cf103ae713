//! What is wrong with a file, or with one place in it.

use std::fmt;
use std::io;
use std::path::Path;
use std::sync::Arc;

use audit_event::{BodyError, JsonKind, ParseError};

use crate::problem::ProblemKind;

/// Something in a file that is no event. Reading goes on behind it.
#[derive(Debug)]
pub struct FileError {
    /// Which file; `-` is standard input.
    pub file: Arc<Path>,
    /// The line, from 1, in which what is wrong begins; none if it is the file as a whole.
    pub line: Option<u64>,
    /// What is wrong.
    pub problem: FileProblem,
}

/// What is wrong. The file's content is not repeated.
#[derive(Debug, thiserror::Error)]
pub enum FileProblem {
    /// The file cannot be opened or read on, or its compressed data are damaged. What follows in this file is lost.
    #[error("cannot be read: {0}")]
    Unreadable(#[source] io::Error),
    /// How far it has been read cannot be saved, so after a restart some of it will be read again.
    #[error("how far files are read cannot be saved: {0}; make room in StateDir, or let this user write to it")]
    Unsaved(#[source] io::Error),
    /// It was cut while an event in it was half written.
    #[error("the file was cut in the middle of an event")]
    Cut,
    /// Not JSON, or an object that does not end.
    #[error("not JSON")]
    NotJson,
    /// Bytes that are not UTF-8, which JSON must be.
    #[error("not UTF-8")]
    NotUtf8,
    /// JSON, but not an object.
    #[error("an event is a JSON object, not {0}")]
    NotAnObject(JsonKind),
    /// Arrays and objects nest too deep.
    #[error("arrays and objects nest deeper than 128 levels")]
    TooDeep,
    /// An event whose members cannot all be looked at.
    #[error("{0}")]
    Unindexable(#[source] ParseError),
    /// One event above the limit. What follows in its line is lost with it.
    #[error("an event is larger than {limit} bytes")]
    TooLarge {
        /// The limit.
        limit: usize,
    },
    /// The file ends inside an array of events; it may have been cut.
    #[error("the array of events does not end; the file may have been cut")]
    UnclosedArray,
}

impl FileError {
    pub(super) fn unreadable(file: impl Into<Arc<Path>>, error: io::Error) -> Self {
        Self { file: file.into(), line: None, problem: FileProblem::Unreadable(error) }
    }

    /// The kind of problem to report it as.
    pub const fn kind(&self) -> ProblemKind {
        match self.problem {
            FileProblem::Unreadable(_) | FileProblem::Unsaved(_) => ProblemKind::UnreadableFile,
            _ => ProblemKind::MalformedFile,
        }
    }
}

impl From<BodyError> for FileProblem {
    fn from(error: BodyError) -> Self {
        match error {
            BodyError::NotUtf8 { .. } => Self::NotUtf8,
            BodyError::Empty | BodyError::NotJson { .. } => Self::NotJson,
            BodyError::NotAnObject { found } => Self::NotAnObject(found),
            BodyError::TooDeep => Self::TooDeep,
        }
    }
}

impl fmt::Display for FileError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(out, "{}:{line}: {}", self.file.display(), self.problem),
            None => write!(out, "{}: {}", self.file.display(), self.problem),
        }
    }
}

impl std::error::Error for FileError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        std::error::Error::source(&self.problem)
    }
}
