//! What the real Falco did with thousands of conditions, done again.

#[path = "../examples/conform/conditions.rs"]
mod conditions;
#[path = "../examples/conform/probe.rs"]
mod probe;

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
