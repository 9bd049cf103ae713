//! Falco's own configuration file, as far as it means something without Falco.

mod document;
mod environment;
mod file;
mod keys;
mod outputs;
mod plugin;
mod rules;
mod section;

pub(crate) use file::FalcoYaml;
pub use file::FalcoYamlError;
pub(crate) use outputs::{FileSettings, HttpSettings, Lifetime, OutputSettings, ProgramSettings, Trust};
pub(crate) use plugin::Plugin;
