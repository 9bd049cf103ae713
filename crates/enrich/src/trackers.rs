//! Trackers: what events of one key have in common over time, as fields that rules can use. See docs/trackers.md.

mod builtin;
mod burst;
mod clock;
mod conditions;
mod count;
mod declaration;
mod distinct;
mod duration;
mod error;
mod event_hashes;
mod field_reference;
mod first_seen;
mod found;
mod keyed;
mod markdown;
mod memory;
#[cfg(test)]
mod model_tests;
mod order_of_use;
mod read;
mod sequence;
mod session;
mod set;
mod sightings;
mod sketch;
mod subject;
mod tracker;
mod travel;
mod values;
mod window;

pub use builtin::{BuiltinTracker, builtin_trackers};
pub use declaration::{Learning, StepDeclaration, TrackerDeclaration, TrackerKind};
pub use error::TrackerError;
pub(crate) use field_reference::is_found_by_trackers;
pub(crate) use found::{Found, findings, travel};
pub use markdown::builtin_markdown;
pub use read::read_trackers;
pub(crate) use set::SavedTrackers;
pub(crate) use set::TrackerSet;
pub use set::with_builtin;
