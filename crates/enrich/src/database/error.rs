//! Why a database cannot be used.

use std::io;
use std::path::PathBuf;

/// Why a database cannot be used. Events flow without what it would have told.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// The file is missing or cannot be read.
    #[error("{}: {cause}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// The file is not a MaxMind database, or a damaged one.
    #[error("{}: not a MaxMind database, or a damaged one ({cause})", path.display())]
    Broken {
        /// The file.
        path: PathBuf,
        /// What the reader found.
        cause: maxminddb::MaxMindDbError,
    },
    /// The file is a MaxMind database that tells something else.
    #[error("{}: a database of kind `{kind}` has no {lacks}; download {instead}", path.display())]
    WrongKind {
        /// The file.
        path: PathBuf,
        /// The kind that the database says it is.
        kind: String,
        /// What was looked for.
        lacks: &'static str,
        /// What kind of database has it.
        instead: &'static str,
    },
}
