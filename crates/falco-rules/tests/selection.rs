//! Every recorded `rules:` section of falco.yaml selects the same rules, tried in the same order, as in Falco.

mod probe;

use falco_rules::{Engine, EngineOptions, RuleMatching, RuleSet, RulesFile, Scratch, Selection, SelectionAction};
use serde_json::Value as Json;

fn selection(entry: &Json) -> Selection {
    let (action, target) = match (entry.get("enable"), entry.get("disable")) {
        (Some(target), None) => (SelectionAction::Enable, target),
        (None, Some(target)) => (SelectionAction::Disable, target),
        _ => panic!("an entry enables or disables: {entry}"),
    };
    match (target["rule"].as_str(), target["tag"].as_str()) {
        (Some(rule), None) => Selection::rule(action, rule),
        (None, Some(tag)) => Selection::tag(action, tag),
        _ => panic!("an entry names a rule or a tag: {entry}"),
    }
}

#[test]
fn the_same_rules_fire_as_in_falco() {
    let file = RulesFile::new("selection_rules.yaml", include_str!("data/selection_rules.yaml"));
    let events = probe::events(include_str!("data/events.ndjson"));
    let mut disagreements = Vec::new();
    let mut cases = 0;
    for line in include_str!("data/selection.ndjson").lines() {
        let case: Json = serde_json::from_str(line).unwrap();
        let (report, rules) = RuleSet::load(std::slice::from_ref(&file), &probe::schemas());
        assert!(report.is_successful(), "{}", report.to_text());
        let options = EngineOptions {
            rule_matching: if case["rule_matching"] == "all" { RuleMatching::All } else { RuleMatching::First },
            minimum_priority: case["priority"].as_str().unwrap().parse().unwrap(),
            selections: case["rules"].as_array().unwrap().iter().map(selection).collect(),
        };
        let engine = Engine::new(rules.unwrap(), &options);
        let mut scratch = Scratch::default();
        let mut fired = Vec::new();
        for event in &events {
            fired.extend(engine.evaluate("tprobe", event, &mut scratch).map(|rule| Json::from(rule.name())));
        }
        if Json::from(fired.clone()) != case["alerts"] {
            disagreements.push(format!("{line}\n  ours: {fired:?}"));
        }
        cases += 1;
    }
    assert_eq!(cases, 36);
    assert!(disagreements.is_empty(), "{}", disagreements.join("\n"));
}
