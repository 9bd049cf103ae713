//! The `falco-gitlab` command: receive GitLab's audit events, or read them from files, and raise alerts by Falco rules.

mod falco_yaml;
mod hostname;

pub use falco_yaml::FalcoYamlError;
