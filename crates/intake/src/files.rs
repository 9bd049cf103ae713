//! Events from files, for replay: plain or compressed, one at a time, whatever the size of the file.

mod decompress;
mod error;
mod events;
mod find;
mod nesting;
mod pieces;
mod progress;
mod window;

pub use error::{FileError, FileProblem};
pub use events::{FileEvent, FileEvents};
pub use find::InputFiles;
pub use progress::Progress;
