//! What the real Falco did with thousands of conditions, done again.

#[path = "../examples/conform/conditions.rs"]
mod conditions;
#[path = "../examples/conform/probe.rs"]
mod probe;
#[path = "../examples/conform/rule_files.rs"]
mod rule_files;
#[path = "../examples/conform/selection.rs"]
mod selection;

fn disagreements(events: &str, recorded: &str) -> Vec<String> {
    let events = probe::Probe::read_all(events).expect("events as recorded");
    let comparison = conditions::compare(recorded, &events, &probe::schema()).expect("conditions as recorded");
    assert!(comparison.compared > 100, "the recordings were read");
    comparison.disagreements
}

#[test]
fn conditions_behave_as_recorded() {
    let found = disagreements(include_str!("conformance/events.ndjson"), include_str!("conformance/conditions.ndjson"));
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn random_conditions_behave_as_recorded() {
    let found = disagreements(
        include_str!("conformance/random/events.ndjson"),
        include_str!("conformance/random/conditions.ndjson"),
    );
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn rules_files_behave_as_recorded() {
    let events = probe::Probe::read_all(include_str!("conformance/events.ndjson")).expect("events as recorded");
    let recorded = include_str!("conformance/rule_files.ndjson");
    let comparison = rule_files::compare(recorded, &events, &probe::schemas()).expect("files as recorded");
    assert_eq!(comparison.compared, 96);
    assert!(comparison.disagreements.is_empty(), "{}", comparison.disagreements.join("\n"));
}

#[test]
fn selections_behave_as_recorded() {
    let events = probe::Probe::read_all(include_str!("conformance/events.ndjson")).expect("events as recorded");
    let recorded = include_str!("conformance/selection.ndjson");
    let rules = include_str!("conformance/selection_rules.yaml");
    let comparison = selection::compare(recorded, rules, &events, &probe::schemas()).expect("as recorded");
    assert_eq!(comparison.compared, 36);
    assert!(comparison.disagreements.is_empty(), "{}", comparison.disagreements.join("\n"));
}
