//! The trackers' memory on disk, so that it survives a restart.

mod format;
mod store;

pub use format::SnapshotError;
pub use store::StateError;
pub(crate) use store::StateStore;
