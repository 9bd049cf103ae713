//! What can be wrong with an address list, with file and line.

use std::io;
use std::path::PathBuf;

/// Why an address list cannot be used. The one read before, if any, stays in use.
#[derive(Debug, thiserror::Error)]
pub enum AddressListError {
    /// The file is missing or cannot be read.
    #[error("{}: {cause}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// The file is larger than [`MAX_BYTES`](AddressListError::MAX_BYTES).
    #[error("{}: larger than {} MiB; an address list has one address or network a line", path.display(), Self::MAX_BYTES >> 20)]
    TooLarge {
        /// The file.
        path: PathBuf,
    },
    /// A line is neither an address nor a network.
    #[error("{}:{line}: not an address such as 192.0.2.1 or a network such as 192.0.2.0/24", path.display())]
    NotAnAddress {
        /// The file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
    },
}

impl AddressListError {
    /// The largest file: about four million lines.
    pub const MAX_BYTES: u64 = 64 << 20;
}
