//! The directory in which state outlives the process, used by one process at a time.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// An open state directory. Others are kept out until it is dropped, or the process ends in whatever way.
#[derive(Debug)]
pub struct StateDirectory {
    path: PathBuf,
    _lock: File,
}

/// Why a state directory cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StateDirectoryError {
    /// Two processes would overwrite what the other one keeps there.
    #[error("{} is in use by another process; give each its own directory", .0.display())]
    InUse(PathBuf),
    /// It is not there and cannot be made, or not be written to.
    #[error("{} cannot be used: {cause}; it must be a directory that this user can write to", path.display())]
    Unusable {
        /// The directory.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
}

impl StateDirectory {
    /// Opens the directory, and makes it where it is not there.
    pub fn open(path: &Path) -> Result<Self, StateDirectoryError> {
        let unusable = |cause| StateDirectoryError::Unusable { path: path.to_owned(), cause };
        fs::create_dir_all(path).map_err(unusable)?;
        // A new directory is to be there after a power failure, too. Where its parent is not ours to read, it was made by
        // somebody else, who is long done.
        if let Some(parent) = path.parent().and_then(|parent| File::open(parent).ok()) {
            let _ = parent.sync_all();
        }
        let lock =
            OpenOptions::new().write(true).create(true).truncate(false).open(path.join("lock")).map_err(unusable)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path: path.to_owned(), _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(StateDirectoryError::InUse(path.to_owned())),
            Err(TryLockError::Error(cause)) => Err(unusable(cause)),
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    #[test]
    fn one_at_a_time_may_use_it() {
        let parent = TempDir::new().unwrap();
        let path = parent.path().join("a/b");
        let first = StateDirectory::open(&path).unwrap();
        let error = StateDirectory::open(&path).unwrap_err();
        assert!(matches!(&error, StateDirectoryError::InUse(named) if *named == path), "{error}");
        drop(first);
        StateDirectory::open(&path).unwrap();
    }

    #[test]
    fn what_is_no_directory_is_named() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let error = StateDirectory::open(file.path()).unwrap_err().to_string();
        assert!(error.contains(&file.path().display().to_string()), "{error}");
    }
}
