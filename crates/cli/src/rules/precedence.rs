//! The shipped rules under `rule_matching: first`: of the rules that fire on an event, the most serious one speaks, and of equals the
//! one that tells a step of a burst or the end of a sequence, which is told once.
//!
//! Looked at with every event of the rule tests and of the attack stories, and in the order of the files themselves.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use audit_event::events;
use enrich::{SOURCE, TrackerKind, builtin_trackers};
use falco_rules::{
    Argument, Engine, EngineOptions, Event, FieldId, Priority, Rule, RuleMatching, RuleTestFile, Scratch, TestCase,
    TestEventSource,
};

use serde_json::{Value, json};

use super::event::AuthoredEvents;
use crate::detection::{RuleChoice, read_rules_file};

/// Rules that stand back behind less serious ones (any, or the one named), and why.
const STAND_BACK: [(&str, Option<&str>, &str); 10] = [
    (
        "GitLab event from a listed address",
        None,
        "it takes what is left: of an act that has a rule, that rule tells more, and sensitive acts, sign-ins and Git from \
         listed addresses have rules of their own",
    ),
    (
        "GitLab sensitive action from a country new for the account",
        None,
        "it takes what is left: of an act that has a rule, that rule tells more, the country as well",
    ),
    (
        "GitLab sensitive action by root or a break-glass account",
        None,
        "it takes what is left: of an act that has a rule, that rule tells more, the author as well",
    ),
    (
        "GitLab new account made powerful",
        Some("GitLab accounts created in a burst"),
        "the making of the account is the first of the two steps, and completes them only where it arrives after the second",
    ),
    (
        "GitLab account re-keyed and used from a new session",
        Some("GitLab password reset requested for several addresses"),
        AS_LOUD,
    ),
    ("GitLab account re-keyed and used from a new session", Some(LISTED), AS_LOUD),
    ("GitLab account re-keyed and used from a new session", Some(IMPERSONATING), AS_LOUD),
    ("GitLab branch protection dropped, code changed and protection restored", Some(LISTED), AS_LOUD),
    ("GitLab new account made powerful", Some(LISTED), AS_LOUD),
    ("GitLab projects or data deleted in bulk", Some(LISTED), AS_LOUD),
];

/// The first step of each list of heights at which bursts are reported.
const FIRST_STEPS: [u64; 6] = [1, 3, 5, 10, 30, 50];

const LISTED: &str = "GitLab sensitive action from a listed address";
const IMPERSONATING: &str = "GitLab sensitive action while impersonating";
const AS_LOUD: &str = "both are CRITICAL, so somebody looks at once, and what speaks names the act and its author";

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rules").join(name)
}

fn engine(rule_matching: RuleMatching) -> Engine {
    let rules = RuleChoice::new(&[], None).load().unwrap_or_else(|failure| panic!("{failure}"));
    Engine::new(rules, &EngineOptions { rule_matching, ..EngineOptions::default() })
}

/// The tests of a folder.
fn tests(folder: &Path) -> Vec<RuleTestFile> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let tests = entries.filter(|path| path.to_string_lossy().ends_with("_test.yaml"));
    tests.map(|path| RuleTestFile::parse(&read_rules_file(&path).unwrap(), folder).unwrap()).collect()
}

/// Passes each event of the tests and stories to `look`, with the case it is of.
pub(super) fn each_event(look: &mut dyn FnMut(&TestCase, &dyn Event)) {
    each_event_as(&|event| vec![event], look);
}

/// The same with each event made into others.
fn each_event_as(made: &dyn Fn(Value) -> Vec<Value>, look: &mut dyn FnMut(&TestCase, &dyn Event)) {
    let mut authored = AuthoredEvents::default();
    for folder in [folder(""), folder("stories")] {
        for case in tests(&folder).iter().flat_map(|file| &file.cases) {
            authored.start_anew();
            for event in &case.events {
                let text = match &event.source {
                    TestEventSource::Inline(json) => json.to_string(),
                    TestEventSource::File(path) => std::fs::read_to_string(folder.join(path)).unwrap(),
                };
                for json in events(text.as_bytes()) {
                    for one in made(serde_json::from_str(json.unwrap()).unwrap()) {
                        authored.each(&one.to_string(), event.at.as_deref(), &mut |event| look(case, event)).unwrap();
                    }
                }
            }
        }
    }
}

/// What can be wrong with an event, each as it is added to the event: a listed address, an unknown country, impossibly far away,
/// something seen for the first time, a complete sequence, a count at a new height, an impersonation.
fn circumstances(height: u64) -> Vec<Value> {
    let of_places = [
        json!({"place": {"country": "Atlantis", "country_iso_code": "AQ"}}),
        json!({"address_lists": ["tor_exits"]}),
        json!({"travel": {"speed_kmh": 9000, "distance_km": 9000, "from_country": "DE"}}),
    ];
    let of_trackers = builtin_trackers().into_iter().filter_map(|tracker| {
        let name = tracker.declaration.name;
        Some(match tracker.declaration.kind {
            TrackerKind::Count { .. } | TrackerKind::Distinct { .. } => {
                json!({"count": {&name: height}, "burst": {&name: height}})
            }
            TrackerKind::FirstSeen { .. } => json!({"first_seen": {name: true}}),
            TrackerKind::Sequence { .. } => json!({"sequence": {name: true}}),
            TrackerKind::Session { .. } => json!({"session": {name: "Ada Admin"}}),
            TrackerKind::Travel { .. } => return None,
        })
    });
    of_places.into_iter().chain(of_trackers).collect()
}

/// The event in these circumstances.
fn aggravated<'a>(mut event: Value, by: impl IntoIterator<Item = &'a Value>) -> Value {
    let mut added = json!({});
    for (member, found) in by.into_iter().filter_map(Value::as_object).flatten() {
        match (added.get_mut(member).and_then(Value::as_object_mut), found.as_object()) {
            (Some(already), Some(found)) => already.extend(found.clone()),
            _ => added[member] = found.clone(),
        }
    }
    event["_falco"] = added;
    event
}

fn stands_back(rule: &str, behind: &str) -> bool {
    STAND_BACK.iter().any(|(name, speaker, _)| *name == rule && speaker.is_none_or(|speaker| speaker == behind))
}

/// An event as it would be if it were no step of a burst and completed no sequence: what a rule tells of these it tells once, so it
/// speaks before a rule of its priority that fires on the next event as well.
struct NoStep<'e> {
    event: &'e dyn Event,
    steps: &'e BTreeSet<String>,
}

impl Event for NoStep<'_> {
    fn value(&self, field: FieldId, argument: Option<&Argument>) -> Option<falco_rules::Value<'_>> {
        match argument {
            Some(Argument::Key(tracker)) if self.steps.contains(tracker.as_str()) => None,
            _ => self.event.value(field, argument),
        }
    }

    fn number(&self) -> u64 {
        self.event.number()
    }

    fn time(&self) -> u64 {
        self.event.time()
    }
}

/// The trackers that tell steps of bursts and ends of sequences.
fn steps() -> BTreeSet<String> {
    let trackers = builtin_trackers().into_iter().map(|tracker| tracker.declaration);
    let of_steps = trackers.filter(|tracker| {
        matches!(tracker.kind, TrackerKind::Count { .. } | TrackerKind::Distinct { .. } | TrackerKind::Sequence { .. })
    });
    of_steps.map(|tracker| tracker.name).collect()
}

/// Of each event that makes rules fire: the rule that speaks, and those that would.
fn compare(made: &dyn Fn(Value) -> Vec<Value>) -> (usize, usize, BTreeSet<String>) {
    let [first, all] = [RuleMatching::First, RuleMatching::All].map(engine);
    let steps = steps();
    let mut scratch = Scratch::default();
    let (mut fired, mut several, mut problems) = (0, 0, BTreeSet::new());
    each_event_as(made, &mut |TestCase { name: case, .. }, event| {
        let names = |engine: &Engine, scratch: &mut Scratch| -> Vec<(Priority, String)> {
            let named = |rule: &Rule| (rule.priority(), rule.name().to_owned());
            engine.evaluate(SOURCE, event, scratch).map(named).collect()
        };
        let (spoke, could) = (names(&first, &mut scratch), names(&all, &mut scratch));
        let [(priority, rule)] = spoke.as_slice() else {
            assert!(spoke.is_empty() && could.is_empty(), "{case}: {spoke:?}, {could:?}");
            return;
        };
        fired += 1;
        several += usize::from(could.len() > 1);
        let at_any_other_event: Vec<String> = all
            .evaluate(SOURCE, &NoStep { event, steps: &steps }, &mut scratch)
            .map(|rule| rule.name().to_owned())
            .collect();
        let told_once = |rule: &String| !at_any_other_event.contains(rule);
        let says_less = |(other, name): &&(Priority, String)| {
            other < priority || (other == priority && told_once(name) && !told_once(rule))
        };
        for (serious, other) in could.iter().filter(says_less) {
            if !stands_back(other, rule) {
                problems.insert(format!("`{rule}` ({priority}) speaks before `{other}` ({serious})"));
            }
        }
    });
    (fired, several, problems)
}

#[test]
fn of_the_rules_that_fire_on_an_event_the_most_serious_speaks() {
    let (fired, several, problems) = compare(&|event| vec![event]);
    assert!(problems.is_empty(), "{problems:#?}");
    assert!(fired > 300 && several > 40, "{fired} events make a rule fire, {several} of them several");
}

#[test]
fn it_does_so_when_everything_is_wrong_at_once() {
    let circumstances = FIRST_STEPS.map(circumstances);
    let (fired, several, problems) =
        compare(&|event| circumstances.iter().map(|all| aggravated(event.clone(), all)).collect());
    assert!(problems.is_empty(), "{problems:#?}");
    assert!(several > 1600, "{fired} events make a rule fire, {several} of them several");
}

#[test]
fn it_does_so_when_one_thing_is_wrong() {
    let circumstances: BTreeMap<String, Value> =
        FIRST_STEPS.into_iter().flat_map(circumstances).map(|one| (one.to_string(), one)).collect();
    let (fired, several, problems) =
        compare(&|event| circumstances.values().map(|one| aggravated(event.clone(), [one])).collect());
    assert!(problems.is_empty(), "{problems:#?}");
    assert!(several > 400, "{fired} events make a rule fire, {several} of them several");
}

#[test]
fn a_near_miss_is_silent_by_its_own_condition_and_not_because_another_rule_speaks_first() {
    let all = engine(RuleMatching::All);
    let (mut scratch, mut looked_at, mut problems) = (Scratch::default(), 0, Vec::new());
    each_event(&mut |case, event| {
        looked_at += usize::from(!case.silent.is_empty());
        let fire =
            all.evaluate(SOURCE, event, &mut scratch).filter(|rule| case.silent.iter().any(|name| name == rule.name()));
        problems.extend(fire.map(|rule| format!("{}: `{}` would fire", case.name, rule.name())));
    });
    assert!(looked_at > 100, "{looked_at} events");
    assert!(problems.is_empty(), "{problems:#?}");
}

#[test]
fn within_a_file_rules_stand_from_the_most_serious_to_the_least() {
    let (files, _) = RuleChoice::new(&[], None).read().unwrap_or_else(|failure| panic!("{failure}"));
    let engine = engine(RuleMatching::First);
    let mut rules: Vec<&Rule> = engine.rules(SOURCE).collect();
    for file in &files {
        let in_file: Vec<&Rule> =
            rules.extract_if(.., |rule| file.content.contains(&format!("\n- rule: {}\n", rule.name()))).collect();
        for pair in in_file.windows(2) {
            let [before, after] = pair else { continue };
            assert!(before.priority() <= after.priority(), "`{}` before `{}`", before.name(), after.name());
        }
    }
    assert!(rules.is_empty(), "in no file: {rules:?}");
}
