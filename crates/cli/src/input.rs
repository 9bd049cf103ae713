//! Files of events, as `replay` and `send` read them, and what is said of those that hold no events.

use std::path::PathBuf;

use intake::{FileError, FileProblem, InputFiles};

use crate::{Failure, output::Visible};

/// How many problems are told of one by one.
const MAX_TOLD: u64 = 100;

/// The files to read. A path that does not exist, and a folder without any file of events, is told before anything is read.
pub(crate) fn find(paths: &[PathBuf]) -> Result<InputFiles, Failure> {
    let files = InputFiles::find(paths).map_err(Failure::Input)?;
    if files.is_empty() {
        let problem = "no file of events is there; in folders, names that end in .json, .ndjson, .jsonl or .log are read, also with \
                       .gz or .zst; name other files one by one";
        return Err(Failure::Flag { flag: "FILE|DIR|-", problem: problem.to_owned() });
    }
    Ok(files)
}

/// What went wrong while reading, told on the way and counted.
#[derive(Debug, Default)]
pub(crate) struct Problems {
    /// Places that are no events.
    pub(crate) broken: u64,
    /// Files that could not be read, or not to their end.
    pub(crate) unreadable: u64,
}

impl Problems {
    /// Whether a part of the input could not be used.
    pub(crate) const fn are_any(&self) -> bool {
        self.broken + self.unreadable > 0
    }

    /// Counts a problem; gives the line to say about it, unless enough was said.
    pub(crate) fn add(&mut self, error: &FileError) -> Option<String> {
        match error.problem {
            FileProblem::Unreadable(_) => self.unreadable += 1,
            _ => self.broken += 1,
        }
        self.told(&error.to_string())
    }

    fn told(&self, problem: &str) -> Option<String> {
        told(self.broken + self.unreadable, problem)
    }
}

/// The line to say about the problem of this number, from 1.
pub(crate) fn told(number: u64, problem: &str) -> Option<String> {
    match number {
        ..=MAX_TOLD => Some(Visible(problem).to_string()),
        _ if number == MAX_TOLD + 1 => Some("further ones are only counted".to_owned()),
        _ => None,
    }
}
