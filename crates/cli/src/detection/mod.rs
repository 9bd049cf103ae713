//! From an event to its alerts: parse once, look its fields up for the rules, tell which fire.

mod builtin;
mod detector;
mod rules;

pub(crate) use detector::Detector;
pub(crate) use rules::{RuleChoice, read_rules_file, rules_files};
