//! What is posted: events as GitLab streams them, in requests whose bytes are made before the measurement begins.

mod event;
mod file;
mod mix;
mod number;
mod pool;
mod template;

pub(crate) use event::{MARKER_TYPE, PEER_TYPES};
pub(crate) use file::EventLines;
pub(crate) use number::EventNumber;
pub(crate) use pool::{Pool, PoolSettings};
pub(crate) use template::TimeText;
