//! The trackers' memory on disk, so that it survives a restart.

mod format;
#[cfg(test)]
mod hostile_tests;
mod store;

pub use format::SnapshotError;
pub use store::StateError;
pub(crate) use store::StateStore;
