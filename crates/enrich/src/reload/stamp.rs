//! What tells one version of a file from the next.

use std::fs;
use std::path::Path;
use std::time::SystemTime;

/// Which version of a file is there. `None` where there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp(Option<Version>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Version {
    modified: Option<SystemTime>,
    length: u64,
    inode: u64,
}

impl Stamp {
    pub(super) fn of(path: &Path) -> Self {
        Self(fs::metadata(path).ok().map(|file| Version {
            modified: file.modified().ok(),
            length: file.len(),
            inode: inode(&file),
        }))
    }
}

/// A file moved into the place of another may have the same time and length.
#[cfg(unix)]
fn inode(file: &fs::Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(file)
}

#[cfg(not(unix))]
fn inode(_: &fs::Metadata) -> u64 {
    0
}
