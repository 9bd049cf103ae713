//! Event types for people.

use std::fmt::{Display, Write as _};

use audit_event::EventType;
use falco_rules::Rule;

use super::Rules;

/// A line each, under their categories.
pub(super) fn several(mut event_types: Vec<&EventType>) -> String {
    event_types.sort_by_key(|event_type| (event_type.category.as_str(), event_type.name.as_str()));
    let width = event_types.iter().map(|event_type| event_type.name.len()).max().unwrap_or_default();
    let mut out = String::new();
    for (position, event_type) in event_types.iter().enumerate() {
        let is_first = position == 0 || event_types[position - 1].category != event_type.category;
        if is_first {
            _ = writeln!(out, "{}{}", if position == 0 { "" } else { "\n" }, event_type.category);
        }
        let mut notes = String::new();
        if !event_type.is_saved {
            notes.push_str(" (streamed only)");
        }
        if event_type.is_retired {
            notes.push_str(" (retired)");
        }
        let EventType { name, description, .. } = event_type;
        _ = writeln!(out, "  {name:<width$}  {:>5}  {description}{notes}", since(event_type));
    }
    _ = write!(out, "\n{} event types\n", event_types.len());
    out
}

/// All that is known of one.
pub(super) fn one(event_type: &EventType, rules: &Rules) -> String {
    let mut out = format!("{}\n  {}\n\n", event_type.name, event_type.description);
    let mut line = |name: &str, value: &str| _ = writeln!(out, "  {name:<10}  {value}");
    line("category", &event_type.category);
    line("scopes", &listed(&event_type.scopes));
    line("since", &format!("GitLab {}", since(event_type)));
    if event_type.is_retired {
        line("retired", "newer versions of GitLab do not send it");
    }
    line("saved", if event_type.is_saved { "yes" } else { "no: streamed only, GitLab cannot show it later" });
    line("scenarios", &listed(&event_type.scenarios));
    let mut name = "rules";
    for rule in rules.looking_at(event_type) {
        line(name, &priority_and_name(rule));
        name = "";
    }
    if name == "rules" {
        line(name, "none looks for it");
    }
    for (number, rule) in rules.looking_at_all().enumerate() {
        let name = if number == 0 { "any type" } else { "" };
        line(name, &priority_and_name(rule));
    }
    out
}

fn priority_and_name(rule: &Rule) -> String {
    let disabled = if rule.is_enabled() { "" } else { "  (disabled)" };
    format!("{:<13}  {}{disabled}", rule.priority().name(), rule.name())
}

fn since(event_type: &EventType) -> String {
    event_type.introduced.map_or_else(|| "?".to_owned(), |version| version.to_string())
}

fn listed<T: Display>(words: &[T]) -> String {
    if words.is_empty() {
        return "none".to_owned();
    }
    words.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
