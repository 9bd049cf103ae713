//! Why a spool cannot be opened: what the operator has to mend.

use std::io;
use std::path::PathBuf;

/// Why a spool cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum SpoolError {
    /// Something in it cannot be read or written.
    #[error("{} cannot be used: {cause}; the spool must be readable and writable", path.display())]
    Unusable {
        /// The directory or file.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// It was written by a version of this program that stores events in another way.
    #[error(
        "{} has the format {version}, which this version does not know; let the version that wrote it deliver what is in it, \
         or move it away",
        path.display()
    )]
    OtherVersion {
        /// The segment.
        path: PathBuf,
        /// The version of its format.
        version: u32,
    },
    /// The system gave no thread to write with.
    #[error("the spool's thread cannot be started: {0}")]
    Thread(io::Error),
}
