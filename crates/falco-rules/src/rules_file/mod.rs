//! Rules files: YAML to items, items to the collection of everything the files define.

mod collection;
mod decode;
mod forgiving;
mod item;
mod keys;
mod node;
mod overrides;
mod read;
mod read_exceptions;
mod read_rule;
mod read_versions;
mod scalar_map;
mod sources;
mod text;
mod yaml;

pub(crate) use collection::{Collection, Definition, Definitions};
pub(crate) use decode::Reading;
pub(crate) use item::{Entry, ExceptionItem, ListItem, MacroItem, RuleItem};
pub(crate) use node::{Node, NodeValue, Scalar};
pub(crate) use read::{AfterError, Reader};
pub(crate) use scalar_map::in_source;
pub(crate) use sources::Sources;
pub(crate) use text::Text;
pub use yaml::MAX_FILE_SIZE;
pub(crate) use yaml::documents;
