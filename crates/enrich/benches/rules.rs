//! What the shipped rules cost an event that is read and enriched already. `cargo bench -p enrich --bench rules`
//!
//! Items are events.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "a benchmark that cannot go on has failed")]

use std::fs;
use std::path::{Path, PathBuf};

use audit_event::{EventIndex, Origin};
use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use enrich::{Arrival, EnrichedEvent, Enricher, EnricherSettings, GitlabEvent, SOURCE, schema};
use falco_rules::{Engine, EngineOptions, RuleMatching, RuleSet, RulesFile, Scratch};

const ARRIVAL: Arrival<'_> =
    Arrival { received_at: 1_770_681_600_000_000_000, origin: Origin::Webhook, instance: Some("prod") };

fn main() {
    divan::main();
}

/// Git operations, which are most of what GitLab streams: rules look at their type and little else.
#[divan::bench(args = ["first", "all"])]
fn git_operations(bencher: Bencher<'_, '_>, matching: &str) {
    let samples = folder("../audit-event/tests/samples/constructed");
    bench(
        bencher,
        matching,
        &["git_http_fetch_deploy_token.json", "git_push_web_with_ampersand.json"].map(|name| samples.join(name)),
    );
}

/// The sample events of many types, most of which some rule looks at and many of which raise alerts.
#[divan::bench(args = ["first", "all"])]
fn sample_events(bencher: Bencher<'_, '_>, matching: &str) {
    let real = files(&folder("../audit-event/tests/samples/real"));
    let constructed = files(&folder("../audit-event/tests/samples/constructed"));
    bench(bencher, matching, &[real, constructed].concat());
}

fn bench(bencher: Bencher<'_, '_>, matching: &str, files: &[PathBuf]) {
    let events = enriched(files);
    let mut indexes: Vec<EventIndex> = events.iter().map(|_| EventIndex::default()).collect();
    let read: Vec<GitlabEvent<'_>> = (1..)
        .zip(indexes.iter_mut().zip(&events))
        .map(|(number, (index, event))| GitlabEvent {
            event: index.parse(&event.json).unwrap(),
            number,
            time: event.time,
        })
        .collect();
    assert!(read.len() > 1, "{} events", read.len());
    let engine = engine(if matching == "all" { RuleMatching::All } else { RuleMatching::First });
    let mut scratch = Scratch::default();
    bencher.counter(ItemsCount::new(read.len())).bench_local(|| {
        let fired: usize = read.iter().map(|event| engine.evaluate(SOURCE, black_box(event), &mut scratch).len()).sum();
        fired
    });
}

/// The events in files that hold one, with all that the built-in trackers know of them.
fn enriched(files: &[PathBuf]) -> Vec<EnrichedEvent> {
    let mut enricher = Enricher::new(&EnricherSettings::builtin(), |problem| assert_eq!(problem, "")).unwrap();
    let texts = files.iter().map(|path| fs::read_to_string(path).unwrap());
    // Some samples are what is no event.
    texts
        .filter_map(|text| match enricher.enrich(&text, ARRIVAL) {
            (event, Ok(())) => Some(event),
            (_, Err(_)) => None,
        })
        .collect()
}

fn engine(rule_matching: RuleMatching) -> Engine {
    let rules = files(&folder("../../rules")).into_iter().filter(|path| {
        path.extension().is_some_and(|extension| extension == "yaml")
            && !path.display().to_string().ends_with("_test.yaml")
    });
    let rules: Vec<_> =
        rules.map(|path| RulesFile::new(path.display().to_string(), fs::read_to_string(&path).unwrap())).collect();
    let (report, rules) = RuleSet::load(&rules, &[schema()]);
    let rules = rules.unwrap_or_else(|| panic!("{}", report.to_text()));
    Engine::new(rules, &EngineOptions { rule_matching, ..EngineOptions::default() })
}

fn folder(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The files of a folder, in their order.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.is_file());
    files.sort_unstable();
    files
}
