//! From an event to its alerts: parse once, look its fields up for the rules, tell which fire.

mod builtin;
mod detector;
mod event;
mod rules;
mod schema;

pub(crate) use detector::Detector;
pub(crate) use event::GitlabEvent;
pub(crate) use rules::{RuleChoice, read_rules_file, rules_files};
pub(crate) use schema::{EVENT_TYPE, SOURCE, schema};
