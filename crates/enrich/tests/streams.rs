//! Random streams of several accounts through all trackers: what they find is the same however often it is asked, whenever
//! the events arrive, beside whatever else runs, and across restarts; and it is what a model finds that keeps every event.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use audit_event::Origin;
use enrich::{Arrival, Enricher, EnricherSettings, read_trackers, with_builtin};
use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::{Value, json};
use tempfile::TempDir;

/// 2026-02-10T00:00:00Z, in seconds since the epoch.
const START: i64 = 1_770_681_600;

/// The window of the trackers that the model knows, in seconds.
const WINDOW: i64 = 300;

const TYPES: [&str; 6] = [
    "login_failed_with_standard_authentication",
    "authenticated_with_password",
    "personal_access_token_created",
    "repository_download_operation",
    "user_impersonation",
    "release_created",
];

/// An event of a stream.
#[derive(Debug, Clone)]
struct Event {
    id: usize,
    account: u64,
    kind: &'static str,
    project: u64,
    seconds: i64,
}

impl Event {
    fn json(&self) -> String {
        let Self { id, account, kind, project, seconds } = self;
        let time = Timestamp::from_second(*seconds).unwrap().to_string();
        json!({
            "id": id, "event_type": kind, "author_id": account, "author_name": format!("user {account}"),
            "entity_type": "Project", "entity_path": format!("grp/{project}"), "target_id": account,
            "target_details": format!("user {account}"), "ip_address": format!("193.0.0.{account}"),
            "details": {"custom_message": "Started Impersonation"}, "created_at": time,
        })
        .to_string()
    }
}

/// Streams with events that come late, twice, far ahead of their time, and after pauses longer than the window.
fn stream() -> impl Strategy<Value = Vec<Event>> {
    let event = (0..4u64, 0..TYPES.len(), 0..5u64, 0..40i64, 0..100u32);
    prop::collection::vec(event, 1..200).prop_map(|events| {
        let mut now = START;
        let mut stream: Vec<Event> = Vec::new();
        for (id, (account, kind, project, step, luck)) in events.into_iter().enumerate() {
            let seconds = match luck {
                0..3 => now + 400 * 86_400,
                3..8 => {
                    now += 4 * WINDOW;
                    now
                }
                8..25 => now - step * 7,
                _ => {
                    now += step;
                    now
                }
            };
            let event = Event { id, account, kind: TYPES[kind], project, seconds };
            let twice = (25..35).contains(&luck).then(|| stream.last().cloned()).flatten();
            stream.push(twice.unwrap_or(event));
        }
        stream
    })
}

fn settings(state_dir: Option<&Path>) -> EnricherSettings {
    let own = read_trackers(&json!([
        {"Name": "events", "Kind": "count", "Window": "5m", "Key": "gitlab.author_id"},
        {"Name": "projects", "Kind": "distinct", "Window": "5m", "Key": "gitlab.author_id", "Value": "gitlab.entity_path"},
        {"Name": "project", "Kind": "first_seen", "Window": "5m", "Key": "gitlab.author_id", "Value": "gitlab.entity_path"},
        {"Name": "few_keys", "Kind": "count", "Window": "5m", "Key": "gitlab.author_id", "MaxKeys": 2},
    ]));
    EnricherSettings {
        trackers: with_builtin(own.unwrap()),
        state_dir: state_dir.map(Into::into),
        ..EnricherSettings::default()
    }
}

fn enricher(state_dir: Option<&Path>) -> Enricher {
    Enricher::new(&settings(state_dir), |problem| panic!("{problem}")).unwrap()
}

/// What is found about an event that arrives then.
fn findings(enricher: &mut Enricher, event: &Event, received_at: u64) -> Value {
    let arrival = Arrival { received_at, origin: Origin::Webhook, instance: None };
    let (found, indexed) = enricher.enrich(&event.json(), arrival);
    indexed.unwrap();
    let mut found = serde_json::from_str::<Value>(&found.json).unwrap()["_falco"].take();
    assert!(found.as_object_mut().unwrap().remove("received_at").is_some(), "{found}");
    found
}

fn all_findings(stream: &[Event], first_arrival: u64) -> Vec<Value> {
    let mut enricher = enricher(None);
    (first_arrival..).step_by(1_000).zip(stream).map(|(at, event)| findings(&mut enricher, event, at)).collect()
}

/// The events up to and with the last one that the better of the two windows of the last one holds: of those that end with
/// it and with the last event of its account that still has it in its window.
fn held(known: &[Event]) -> [Vec<&Event>; 2] {
    let last = known.last().unwrap();
    let of_account = known.iter().filter(|event| event.account == last.account);
    let ends = of_account.clone().map(|event| event.seconds);
    let end = ends.filter(|end| (last.seconds..last.seconds + WINDOW).contains(end)).max().unwrap();
    [last.seconds, end]
        .map(|end| of_account.clone().filter(|event| event.seconds <= end && event.seconds > end - WINDOW).collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn the_same_events_find_the_same_whenever_they_arrive_and_whatever_runs_beside(stream in stream()) {
        let alone = all_findings(&stream, 0);
        std::thread::scope(|scope| {
            let beside: Vec<_> = [1, 1_700_000_000_000_000_000, u64::MAX / 2]
                .map(|arrival| (arrival, scope.spawn({ let stream = &stream; move || all_findings(stream, arrival) })))
                .into();
            for (arrival, beside) in beside {
                assert_eq!(beside.join().unwrap(), alone, "arrived at {arrival}");
            }
        });
    }

    #[test]
    fn a_restart_changes_nothing_of_what_is_found(stream in stream(), restarts in prop::collection::vec(any::<prop::sample::Index>(), 1..4)) {
        let folder = TempDir::new().unwrap();
        let restarts: BTreeSet<_> = restarts.iter().map(|place| place.index(stream.len())).collect();
        let without = all_findings(&stream, 0);
        let mut restarted = enricher(Some(folder.path()));
        for (number, event) in stream.iter().enumerate() {
            if restarts.contains(&number) {
                drop(restarted);
                restarted = enricher(Some(folder.path()));
            }
            prop_assert_eq!(&findings(&mut restarted, event, 0), &without[number], "event {} of {:?}", number, &stream);
        }
    }

    #[test]
    fn each_account_is_told_what_a_model_of_it_alone_finds(stream in stream()) {
        let found = all_findings(&stream, 0);
        let mut last_seen: HashMap<(u64, u64), Vec<i64>> = HashMap::new();
        for (number, event) in stream.iter().enumerate() {
            let held = held(&stream[..=number]);
            let events = |events: &Vec<&Event>| events.iter().map(|event| (event.id, event.seconds)).collect::<BTreeSet<_>>().len();
            let projects = |events: &Vec<&Event>| events.iter().map(|event| event.project).collect::<BTreeSet<_>>().len();
            let most = |size: &dyn Fn(&Vec<&Event>) -> usize| held.iter().map(size).max().unwrap();
            let count = &found[number]["count"];
            prop_assert_eq!(&count["events"], &json!(most(&events)), "event {} of {:?}", number, &stream);
            prop_assert_eq!(&count["projects"], &json!(most(&projects)), "event {} of {:?}", number, &stream);
            let seen = last_seen.entry((event.account, event.project)).or_default();
            let is_new = !seen.iter().any(|time| (time - event.seconds).abs() < WINDOW);
            seen.push(event.seconds);
            prop_assert_eq!(&found[number]["first_seen"]["project"], &json!(is_new), "event {} of {:?}", number, &stream);
        }
    }
}
