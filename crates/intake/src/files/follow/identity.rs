//! Which file it is, whatever it is called now.

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt as _;

/// A file's device and number on it. A deleted file's number can be given to another one, so a saved identity is believed
/// only together with a [`Fingerprint`](super::fingerprint::Fingerprint).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Identity {
    pub(super) device: u64,
    pub(super) number: u64,
}

impl Identity {
    pub(super) fn of(metadata: &Metadata) -> Self {
        Self { device: metadata.dev(), number: metadata.ino() }
    }
}
