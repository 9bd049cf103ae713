//! The file that the trackers' memory is kept in: read at start, written every minute and at the end.

use std::fs::{self, File};
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant, SystemTime};

use super::format::{self, SnapshotError};
use crate::trackers::TrackerSet;

/// How much may be lost when the process is killed.
const INTERVAL: Duration = Duration::from_mins(1);

/// The file within `StateDir`.
const FILE: &str = "trackers.snapshot";

/// What went wrong with the file. Trackers go on all the same.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// The snapshot cannot be read.
    #[error("{}: {cause}; the trackers begin anew", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// The snapshot is of no use, and was renamed.
    #[error("{}: {cause}; it was set aside as {}, and the trackers begin anew", path.display(), aside.display())]
    SetAside {
        /// The file.
        path: PathBuf,
        /// Its new name.
        aside: PathBuf,
        /// What is wrong with it.
        cause: SnapshotError,
    },
    /// Trackers are declared otherwise than when the snapshot was written, or their part of it is damaged.
    #[error(
        "these trackers begin anew, because they are declared otherwise than before or what is kept of them is damaged: {names}"
    )]
    Redeclared {
        /// Their names.
        names: String,
    },
    /// The snapshot cannot be written.
    #[error("{}: {cause}; what the trackers remember will not survive a restart", path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
}

/// The file, and when it was written.
#[derive(Debug)]
pub(crate) struct StateStore {
    path: PathBuf,
    due: Instant,
    written: Option<SystemTime>,
    writer: Option<JoinHandle<Result<SystemTime, io::Error>>>,
}

impl StateStore {
    /// Reads the snapshot of the folder, if there is one.
    pub(crate) fn open(folder: &Path, trackers: &mut TrackerSet) -> (Self, Result<(), StateError>) {
        let path = folder.join(FILE);
        let result = restore(&path, trackers);
        let written = fs::metadata(&path).and_then(|file| file.modified()).ok();
        (Self { path, due: Instant::now() + INTERVAL, written, writer: None }, result)
    }

    /// Writes a snapshot if one is due; the slow part on a thread of its own.
    pub(crate) fn tend(&mut self, trackers: &TrackerSet, now: Instant) -> Result<(), StateError> {
        if self.writer.as_ref().is_some_and(|writer| !writer.is_finished()) {
            return Ok(());
        }
        self.finish()?;
        if now < self.due {
            return Ok(());
        }
        self.due = now + INTERVAL;
        let content = self.content(trackers)?;
        let path = self.path.clone();
        let write = move || write(&path, &content);
        let writer = thread::Builder::new().name("gitlab-state".to_owned()).spawn(write);
        self.writer = Some(writer.map_err(|cause| self.unwritable(cause))?);
        Ok(())
    }

    /// Writes a last snapshot.
    pub(crate) fn close(&mut self, trackers: &TrackerSet) -> Result<(), StateError> {
        // An earlier one that failed does not matter: this one tells whether it can be written.
        let _ = self.finish();
        let content = self.content(trackers)?;
        self.written = Some(write(&self.path, &content).map_err(|cause| self.unwritable(cause))?);
        Ok(())
    }

    /// When the newest snapshot was written; none where there is none.
    pub(crate) fn written(&self) -> Option<SystemTime> {
        self.written
    }

    fn content(&self, trackers: &TrackerSet) -> Result<Vec<u8>, StateError> {
        let saved = trackers.save().map_err(|cause| self.unwritable(io::Error::other(cause)))?;
        format::serialize(&saved).map_err(|cause| self.unwritable(io::Error::other(cause)))
    }

    fn finish(&mut self) -> Result<(), StateError> {
        let Some(writer) = self.writer.take() else { return Ok(()) };
        let result = writer.join().unwrap_or_else(|_| Err(io::Error::other("writing it panicked")));
        self.written = Some(result.map_err(|cause| self.unwritable(cause))?);
        Ok(())
    }

    fn unwritable(&self, cause: io::Error) -> StateError {
        StateError::Unwritable { path: self.path.clone(), cause }
    }
}

fn restore(path: &Path, trackers: &mut TrackerSet) -> Result<(), StateError> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(cause) => return Err(StateError::Unreadable { path: path.into(), cause }),
    };
    let set_aside = |cause| {
        let aside = path.with_extension("snapshot.unusable");
        match fs::rename(path, &aside) {
            Ok(()) => StateError::SetAside { path: path.into(), aside, cause },
            Err(cause) => StateError::Unreadable { path: path.into(), cause },
        }
    };
    let content = format::decompress(&mut BufReader::new(file)).map_err(set_aside)?;
    let anew = trackers.restore(format::read(&content).map_err(set_aside)?);
    if anew.is_empty() { Ok(()) } else { Err(StateError::Redeclared { names: anew.join(", ") }) }
}

/// Under another name first, and onto the disk before it takes the place of the one before: whenever the machine stops,
/// there is a whole snapshot.
fn write(path: &Path, content: &[u8]) -> io::Result<SystemTime> {
    let new = path.with_extension("snapshot.new");
    let written = write_new(&new, content).and_then(|()| fs::rename(&new, path));
    if written.is_err() {
        // A part of one is of no use, and a disk that is full has other needs.
        let _ = fs::remove_file(&new);
    }
    written?;
    if let Some(folder) = path.parent() {
        File::open(folder)?.sync_all()?;
    }
    Ok(SystemTime::now())
}

fn write_new(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    format::write(content, &mut file)?;
    file.sync_all()
}
