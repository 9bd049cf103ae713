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
fn rules_files_and_selections_behave_as_recorded() {
    let events = probe::Probe::read_all(include_str!("conformance/events.ndjson")).expect("events as recorded");
    let schemas = rule_files::schemas();
    let files = rule_files::compare(include_str!("conformance/rule_files.ndjson"), &events, &schemas);
    let mut comparison = files.expect("files as recorded");
    let rules = include_str!("conformance/selection_rules.yaml");
    let selections = selection::compare(include_str!("conformance/selection.ndjson"), rules, &events, &schemas);
    comparison.add(selections.expect("selections as recorded"));
    assert_eq!(comparison.compared, 96 + 36, "all recordings were read");
    assert!(comparison.disagreements.is_empty(), "{}", comparison.disagreements.join("\n"));
}
