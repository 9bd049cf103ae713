//! `file_output`: alerts appended to a file, one a line.

use std::{
    fs::{File, OpenOptions},
    io::{self, Write},
    path::PathBuf,
    time::Instant,
};

use super::Output;
use crate::falco_yaml::{FileSettings, Lifetime};

/// How much waits for the end of a batch at most, about.
const MAX_WAITING: usize = 1 << 20;

/// A file that alerts are appended to.
pub(super) struct FileOutput {
    path: PathBuf,
    lifetime: Lifetime,
    file: Option<File>,
    /// Lines that wait for the end of the batch.
    waiting: Vec<u8>,
}

impl FileOutput {
    /// Opens the file, so that a path that cannot be written is known at start.
    pub(super) fn open(settings: &FileSettings) -> io::Result<Self> {
        let FileSettings { path, lifetime } = settings.clone();
        let file = Some(append_to(&path)?);
        Ok(Self { path, lifetime, file, waiting: Vec::new() })
    }

    fn append(&mut self) -> io::Result<()> {
        let mut file = match self.file.take() {
            Some(file) => file,
            None => append_to(&self.path)?,
        };
        file.write_all(&self.waiting)?;
        if self.lifetime == Lifetime::Kept {
            self.file = Some(file);
        }
        Ok(())
    }
}

fn append_to(path: &PathBuf) -> io::Result<File> {
    OpenOptions::new().create(true).append(true).open(path)
}

impl Output for FileOutput {
    fn write(&mut self, line: &str) {
        self.waiting.extend_from_slice(line.as_bytes());
        self.waiting.push(b'\n');
        if self.waiting.len() >= MAX_WAITING {
            self.flush();
        }
    }

    fn flush(&mut self) {
        if self.waiting.is_empty() {
            return;
        }
        if let Err(error) = self.append() {
            tracing::error!("file_output: alerts could not be written to {}: {error}", self.path.display());
        }
        self.waiting.clear();
    }

    fn finish(mut self: Box<Self>, _deadline: Instant) {
        self.flush();
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_file_that_was_moved_away_is_made_anew_unless_it_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        for (lifetime, expected) in [(Lifetime::EachTime, "b\n"), (Lifetime::Kept, "")] {
            let path = folder.path().join("alerts");
            let mut output = FileOutput::open(&FileSettings { path: path.clone(), lifetime }).unwrap();
            output.write("a");
            output.flush();
            fs::rename(&path, folder.path().join("rotated")).unwrap();
            output.write("b");
            output.flush();
            assert_eq!(fs::read_to_string(&path).unwrap_or_default(), expected);
        }
    }

    #[test]
    fn a_path_that_cannot_be_written_is_an_error_at_once() {
        let settings = FileSettings { path: "/nonexistent/alerts".into(), lifetime: Lifetime::Kept };
        assert!(FileOutput::open(&settings).is_err());
    }
}
