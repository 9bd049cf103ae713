//! What an alert says: output formats, and values as text and as JSON.

mod format;
mod render;

pub use format::{OutputError, OutputFormat};
pub(crate) use render::text_of;
