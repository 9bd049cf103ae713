//! The shipped rules ask trackers only of event types that these look at: of another type nothing is ever found, and the
//! rule is silent though it names the type.

use std::collections::BTreeSet;

use enrich::{EVENT_TYPE, SOURCE, TrackerDeclaration, TrackerKind, builtin_trackers};
use falco_rules::RuleSet;
use serde_json::{Value, json};

use crate::detection::RuleChoice;

/// Trackers whose findings silence a rule, of all rules or of one, and do not fire it: of other types it fires all the same.
const SILENCING: [(Option<&str>, &str); 11] = [
    (None, "own_project_or_group_joined"),
    (Some(DISTANT), "projects_fetched_by_account_and_address"),
    (Some(DISTANT), "projects_fetched_by_account"),
    (Some(DISTANT), "protection_dropped_and_restored"),
    (Some("GitLab repository used from a listed address"), "protection_dropped_and_restored"),
    (Some("GitLab repository used from an unknown country"), "protection_dropped_and_restored"),
    (Some("GitLab project read from a new address"), "protection_dropped_and_restored"),
    (Some("GitLab repository used from a listed address"), "git_address_list_of_account"),
    (Some("GitLab sign-in from a listed address"), "git_address_list_of_account"),
    (Some("GitLab repository used from a listed address"), "git_hosting_network_of_account"),
    (Some("GitLab sign-in from a listed address"), "git_hosting_network_of_account"),
];
const DISTANT: &str = "GitLab account used from two distant places";

/// Of which events a tracker says something, as one condition; none of all.
fn condition(kind: &TrackerKind) -> Option<String> {
    match kind {
        TrackerKind::Count { condition }
        | TrackerKind::Distinct { condition, .. }
        | TrackerKind::FirstSeen { condition, .. }
        | TrackerKind::Session { condition, .. }
        | TrackerKind::Travel { condition } => condition.clone(),
        TrackerKind::Sequence { steps } => {
            let steps: Vec<_> = steps.iter().map(|step| format!("({})", step.condition)).collect();
            Some(steps.join(" or "))
        }
    }
}

/// Each built-in tracker as a rule that fires where the tracker says something.
fn trackers_as_rules() -> RuleSet {
    let as_rule = |declared: &TrackerDeclaration| {
        json!({
            "rule": declared.name, "desc": "x", "output": "x", "priority": "NOTICE", "source": SOURCE,
            "condition": condition(&declared.kind).unwrap_or_else(|| panic!("{}: of all events", declared.name)),
        })
    };
    let rules: Value = builtin_trackers().iter().map(|tracker| as_rule(&tracker.declaration)).collect();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("trackers.yaml");
    std::fs::write(&path, rules.to_string()).unwrap();
    RuleChoice::new(&[path], None).load().unwrap_or_else(|failure| panic!("{failure}"))
}

/// The types of events that a rule can fire on; none where it can on any.
fn types(rules: &RuleSet, name: &str) -> Option<BTreeSet<String>> {
    Some(rules.required_values(name, EVENT_TYPE)?.into_iter().map(str::to_owned).collect())
}

#[test]
fn each_rule_names_only_event_types_that_the_trackers_it_asks_look_at() {
    let rules = RuleChoice::new(&[], None).load().unwrap_or_else(|failure| panic!("{failure}"));
    let trackers = trackers_as_rules();
    let (mut asked, mut problems) = (0, Vec::new());
    for rule in rules.rules() {
        let condition = rule.condition().to_string();
        for tracker in builtin_trackers().iter().map(|tracker| &tracker.declaration.name) {
            let silences = |(silenced, name): &(Option<&str>, &str)| {
                *name == tracker && silenced.is_none_or(|of| of == rule.name())
            };
            if SILENCING.iter().any(silences) || !condition.contains(&format!("[{tracker}]")) {
                continue;
            }
            asked += 1;
            let (named, Some(looked_at)) = (types(&rules, rule.name()).unwrap_or_default(), types(&trackers, tracker))
            else {
                continue;
            };
            let silent: Vec<_> = named.difference(&looked_at).cloned().collect();
            if !silent.is_empty() {
                problems.push(format!("`{}` asks `{tracker}` of {silent:?}", rule.name()));
            }
        }
    }
    assert!(problems.is_empty(), "{problems:#?}");
    assert!(asked > 30, "{asked}");
}
