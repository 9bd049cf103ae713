//! Files that are replaced while we run: the new content is taken over without a gap, a broken one is reported and left.

mod stamp;
mod watched;
mod watcher;

pub(crate) use watched::Watched;
pub(crate) use watcher::{Files, Report, Watcher};
