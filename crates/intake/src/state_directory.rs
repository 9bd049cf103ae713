//! The directory in which state outlives the process, used by one process at a time.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use crate::regular_file;

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
        // What is kept there are names, addresses and now and then a mistyped password.
        DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(unusable)?;
        // A new directory is to be there after a power failure, too. Where its parent is not ours to read, it was made by
        // somebody else, who is long done.
        if let Some(parent) = path.parent().and_then(|parent| File::open(parent).ok()) {
            let _ = parent.sync_all();
        }
        let create = &mut OpenOptions::new();
        create.write(true).create(true).truncate(false);
        let lock = regular_file::open_with(create, &path.join("lock")).map_err(unusable)?;
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
    fn a_new_one_is_for_its_owner_alone_and_one_that_is_there_is_left_as_it_is() {
        use std::fs::{Permissions, metadata, set_permissions};
        use std::os::unix::fs::PermissionsExt as _;

        let parent = TempDir::new().unwrap();
        let path = parent.path().join("state");
        let mode = || metadata(&path).unwrap().permissions().mode() & 0o777;
        drop(StateDirectory::open(&path).unwrap());
        assert_eq!(mode(), 0o700);
        set_permissions(&path, Permissions::from_mode(0o750)).unwrap();
        drop(StateDirectory::open(&path).unwrap());
        assert_eq!(mode(), 0o750);
    }

    #[test]
    fn a_link_leads_to_it_and_a_pipe_in_the_place_of_its_lock_is_not_waited_for() {
        use rustix::fs::{CWD, Mode, mkfifoat};

        let parent = TempDir::new().unwrap();
        let (path, link) = (parent.path().join("state"), parent.path().join("link"));
        std::os::unix::fs::symlink(&path, &link).unwrap();
        let first = StateDirectory::open(&path).unwrap();
        assert!(matches!(StateDirectory::open(&link), Err(StateDirectoryError::InUse(_))));
        drop(first);
        std::fs::remove_file(path.join("lock")).unwrap();
        mkfifoat(CWD, path.join("lock"), Mode::RUSR | Mode::WUSR).unwrap();
        assert!(matches!(StateDirectory::open(&link), Err(StateDirectoryError::Unusable { .. })));
    }

    #[test]
    fn what_is_no_directory_is_named() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let error = StateDirectory::open(file.path()).unwrap_err().to_string();
        assert!(error.contains(&file.path().display().to_string()), "{error}");
    }
}
