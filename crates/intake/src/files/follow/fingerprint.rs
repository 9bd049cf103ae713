//! The start of a file, to notice that other text has taken its place.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;

use ring::digest::{SHA256, digest};

/// An audit event says when it happened and is longer than this within few fields, so two files do not begin alike.
const MAX_LENGTH: usize = 1024;

/// Length and digest of a file's start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fingerprint {
    pub(super) length: usize,
    pub(super) digest: [u8; 32],
}

impl Fingerprint {
    /// Of the part of the file that has been read, at most.
    pub(super) fn of(file: &File, read: u64) -> io::Result<Self> {
        let length = usize::try_from(read).unwrap_or(MAX_LENGTH).min(MAX_LENGTH);
        let mut start = vec![0; length];
        file.read_exact_at(&mut start, 0)?;
        Ok(Self::of_start(&start))
    }

    fn of_start(start: &[u8]) -> Self {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(digest(&SHA256, start).as_ref());
        Self { length: start.len(), digest: bytes }
    }

    /// Whether it is that of a text with this start, which has the length of this fingerprint.
    pub(super) fn is_of(&self, start: &[u8]) -> bool {
        Self::of_start(start) == *self
    }

    /// Whether the file still begins like this.
    pub(super) fn fits(&self, file: &File) -> bool {
        Self::of(file, self.length as u64).is_ok_and(|now| now == *self)
    }

    /// Whether a longer one could be taken.
    pub(super) const fn is_short(&self) -> bool {
        self.length < MAX_LENGTH
    }
}
