//! Which keys an item may have. Any other is ignored, which hides slips of the finger: each is reported.

use super::node::Node;
use crate::diagnostic::{Code, Diagnostic, Trail};
use crate::nearest::nearest;

pub(crate) const LIST: &[&str] = &["list", "items", "append", "override"];
pub(crate) const MACRO: &[&str] = &["macro", "condition", "append", "override"];
pub(crate) const RULE: &[&str] = &[
    "rule",
    "desc",
    "condition",
    "output",
    "priority",
    "source",
    "tags",
    "enabled",
    "exceptions",
    "append",
    "override",
    "warn_evttypes",
    "skip-if-unknown-filter",
    "capture",
    "capture_duration",
    "capture_events",
    "capture_filesize",
];

/// One warning for each key that is not known.
pub(crate) fn unknown_keys(item: &Node, known: &[&str], trail: &Trail) -> Vec<Diagnostic> {
    item.entries()
        .iter()
        .filter_map(|(key, _)| Some((key, key.as_text()?)))
        .filter(|(_, name)| !known.contains(name))
        .map(|(key, name)| {
            let meant = nearest(name, known.iter().copied()).map(|near| format!("did you mean `{near}`?"));
            Diagnostic::new(Code::UnknownKey, format!("Unknown key '{name}'. The key will be ignored."), trail.clone())
                .at(super::decode::place(key, trail))
                .help_if(meant)
        })
        .collect()
}
