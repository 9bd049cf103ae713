//! The built-in trackers as a table, for docs/trackers.md.

use super::builtin::builtin_trackers;
use super::declaration::{Learning, TrackerDeclaration, TrackerKind};
use super::duration::describe;

/// The reference of the built-in trackers, as Markdown.
pub fn builtin_markdown() -> String {
    let rows = builtin_trackers().into_iter().map(|tracker| {
        let TrackerDeclaration { name, kind, key, window, .. } = &tracker.declaration;
        let key = if key.is_empty() { "(one for all)".to_owned() } else { code(key) };
        format!("| `{name}` | {} | {} | {key} | {} |\n", tracker.detection, what(kind), describe(*window))
    });
    ["| name | detection | kind | key | window |\n|---|---|---|---|---|\n".to_owned()].into_iter().chain(rows).collect()
}

fn what(kind: &TrackerKind) -> String {
    match kind {
        TrackerKind::Count { .. } => "count".to_owned(),
        TrackerKind::Distinct { value, .. } => format!("distinct `{value}`"),
        TrackerKind::FirstSeen { value, learning, new_for, .. } => {
            let each = if matches!(learning, Learning::EachKey(_)) { ", each key" } else { "" };
            let new_for = if *new_for > 0 { format!(", new for {}", describe(*new_for)) } else { String::new() };
            format!("first_seen `{value}`{each}{new_for}")
        }
        TrackerKind::Sequence { steps } => format!("sequence of {} steps", steps.len()),
        TrackerKind::Session { value, .. } => format!("session, tells `{value}`"),
        TrackerKind::Travel { .. } => "travel".to_owned(),
    }
}

fn code(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
