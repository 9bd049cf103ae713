//! Events from files: read once, plain or compressed, whatever the size; or followed while they are written.

mod chunk;
mod decompress;
mod error;
mod event;
mod events;
mod find;
mod follow;
mod nesting;
mod pieces;
mod place;
mod progress;
mod window;

pub use chunk::FileChunk;
pub use error::{FileError, FileProblem};
pub use event::FileEvent;
pub use events::FileEvents;
pub use find::InputFiles;
pub use follow::FollowedFiles;
pub use progress::Progress;
