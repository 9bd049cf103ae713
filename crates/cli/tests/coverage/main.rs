//! What the shipped rules cover: `docs/coverage.md` and the layer for ATT&CK Navigator are made here, and compared.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking, in its helper functions too")]

mod coverage;
mod layer;
mod page;
mod pattern;
mod shipped;
mod tables;
mod technique;

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use coverage::{Coverage, Treatment};

fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

fn compare(path: &str, expected: &str) {
    let file = repository(path);
    if std::env::var_os("UPDATE").is_some_and(|update| update == "1") {
        fs::write(&file, expected).unwrap();
    }
    let found = fs::read_to_string(&file).unwrap_or_default();
    assert!(
        found == expected,
        "{path} differs from the rules; write it anew with\n\n    UPDATE=1 cargo test -p cli --test coverage\n"
    );
}

#[test]
fn the_coverage_page_is_up_to_date() {
    compare("docs/coverage.md", &page::markdown(&Coverage::read()));
}

#[test]
fn the_attack_layer_is_up_to_date() {
    compare("docs/attack-layer.json", &layer::json(&Coverage::read().rules));
}

#[test]
fn rules_look_for_event_types_that_there_are() {
    let coverage = Coverage::read();
    let known: BTreeSet<&str> = coverage.types.iter().map(|listed| listed.name.as_str()).collect();
    for rule in &coverage.rules {
        for wanted in rule.event_types.iter().flatten().filter(|wanted| *wanted != "pluginerror") {
            assert!(known.contains(wanted.as_str()), "{}: there is no event type {wanted}", rule.name);
        }
    }
}

#[test]
fn every_event_type_has_a_rule_or_a_reason_and_no_reason_is_idle() {
    let coverage = Coverage::read();
    let unexplained: Vec<_> = coverage.current().filter(|listed| coverage.treatment(listed).is_none()).collect();
    assert!(unexplained.is_empty(), "neither a rule nor a reason in no_rule.csv: {unexplained:#?}");
    let idle: Vec<_> = coverage.tables.no_rule.iter().filter(|reason| !coverage.uses(reason)).collect();
    assert!(idle.is_empty(), "these reasons of no_rule.csv apply to no event type any more; delete them: {idle:#?}");
}

#[test]
fn names_in_no_rule_have_none_and_patterns_mean_one_that_has_none() {
    let coverage = Coverage::read();
    let with_rule: BTreeSet<&str> =
        coverage.types.iter().filter(|listed| !listed.rules.is_empty()).map(|listed| listed.name.as_str()).collect();
    let current: Vec<&str> = coverage.current().map(|listed| listed.name.as_str()).collect();
    for reason in &coverage.tables.no_rule {
        for (written, types) in reason.event_types.each(&current) {
            assert!(
                types.iter().any(|name| !with_rule.contains(name)),
                "{written} of no_rule.csv: no type without a rule"
            );
        }
    }
}

#[test]
fn every_detection_names_shipped_rules_or_says_why_not() {
    let coverage = Coverage::read();
    for detection in &coverage.tables.detections {
        for rule in &detection.rules {
            assert!(coverage.rule(rule).is_some(), "{}: there is no rule `{rule}`", detection.id);
        }
        assert!(!detection.rules.is_empty() || !detection.reason.is_empty(), "{} says nothing", detection.id);
    }
}

#[test]
fn a_detection_whose_rules_leave_event_types_out_says_why() {
    let coverage = Coverage::read();
    for listed in &coverage.types {
        if let Some(Treatment::Detection { id, reason }) = coverage.treatment(listed) {
            assert!(!reason.is_empty(), "{id} leaves out {} without a word", listed.name);
        }
    }
}

#[test]
fn what_the_guide_asks_for_is_evidence_in_the_catalogue() {
    let coverage = Coverage::read();
    for bullet in &coverage.tables.guide {
        let types = coverage.types_of(bullet);
        assert!(!types.is_empty(), "no event type for `{}`", bullet.asked);
        for listed in types {
            assert!(listed.scenarios.contains(&bullet.scenario), "{} is evidence for {}", listed.name, bullet.scenario);
        }
    }
}
