//! How long `first_seen` learns before it calls anything new: from the beginning of the stream, or since the tracker is there.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use std::sync::{Arc, Mutex};

use audit_event::{EventIndex, FieldValue, Origin, field};
use enrich::{Arrival, Enricher, EnricherSettings, TrackerDeclaration, read_trackers};
use serde_json::json;
use tempfile::TempDir;

const ARRIVAL: Arrival<'_> = Arrival { received_at: 0, origin: Origin::Webhook, instance: None };

const NEW: Option<bool> = Some(true);

/// An enricher and what it reports.
fn enricher(settings: &EnricherSettings) -> (Enricher, Arc<Mutex<Vec<String>>>) {
    let reports = Arc::new(Mutex::new(Vec::new()));
    let to = Arc::clone(&reports);
    (Enricher::new(settings, move |problem| to.lock().unwrap().push(problem)).unwrap(), reports)
}

/// Two trackers that learn for a week, one of them for each account, of events that are rare.
fn learning() -> Vec<TrackerDeclaration> {
    let rare = |name: &str, each: bool| {
        json!({"Name": name, "Kind": "first_seen", "Condition": "gitlab.event_type = user_admin_status_updated",
               "Key": "gitlab.author_id", "Value": "gitlab.target_id", "Window": "90d", "Learning": "7d",
               "LearnEachKey": each})
    };
    read_trackers(&json!([rare("once", false), rare("each", true)])).unwrap()
}

/// An event on a day of 2026.
fn on_day(day: i64, kind: &str, author: u64, target: u64) -> String {
    let time = jiff::Timestamp::from_second(1_767_225_600 + day * 86_400).unwrap();
    format!(r#"{{"id":{day},"event_type":"{kind}","author_id":{author},"target_id":{target},"created_at":"{time}"}}"#)
}

/// What the two trackers find about an event: nothing while they learn.
fn first_seen(enricher: &mut Enricher, json: &str) -> [Option<bool>; 2] {
    let json = enricher.enrich(json, ARRIVAL).0.json;
    let mut index = EventIndex::default();
    let event = index.parse(&json).unwrap();
    ["once", "each"].map(|name| match field("gitlab.first_seen").unwrap().extract(&event, Some(name))? {
        FieldValue::Bool(is_new) => Some(is_new),
        other => panic!("{other:?}"),
    })
}

fn promote(enricher: &mut Enricher, day: i64, author: u64, target: u64) -> [Option<bool>; 2] {
    first_seen(enricher, &on_day(day, "user_admin_status_updated", author, target))
}

#[test]
fn the_first_event_of_a_kind_is_new_where_the_installation_has_long_learned_that_there_are_none() {
    let (mut enricher, _) = enricher(&EnricherSettings { trackers: learning(), ..EnricherSettings::default() });
    // Within the first week and before the clock is sure.
    assert_eq!(promote(&mut enricher, 0, 1, 5), [None, None]);
    for day in 1..60 {
        let _ = enricher.enrich(&on_day(day, "project_created", 1, 2), ARRIVAL);
    }
    assert_eq!(promote(&mut enricher, 60, 1, 6), [NEW, NEW], "the account is known since day 0");
    assert_eq!(promote(&mut enricher, 60, 9, 6), [NEW, None], "a new account learns itself");
    for day in 61..90 {
        let _ = enricher.enrich(&on_day(day, "project_created", 1, 2), ARRIVAL);
    }
    assert_eq!(promote(&mut enricher, 90, 9, 7), [NEW, NEW]);
}

#[test]
fn a_tracker_that_is_added_learns_from_then_on_however_long_nothing_came_before() {
    let folder = TempDir::new().unwrap();
    let mut settings = EnricherSettings { state_dir: Some(folder.path().into()), ..EnricherSettings::default() };
    let (mut without, _) = enricher(&settings);
    for day in 0..60 {
        let _ = without.enrich(&on_day(day, "project_created", 1, 2), ARRIVAL);
    }
    drop(without);
    settings.trackers = learning();
    let (mut added, reports) = enricher(&settings);
    // Months later.
    for hour in 0..40 {
        assert_eq!(first_seen(&mut added, &on_day(200, "user_admin_status_updated", 1, hour)), [None, None]);
    }
    for day in 201..230 {
        let _ = added.enrich(&on_day(day, "project_created", 1, 2), ARRIVAL);
    }
    let found = first_seen(&mut added, &on_day(230, "user_admin_status_updated", 1, 1000));
    assert_eq!(found, [NEW, NEW]);
    assert_eq!(*reports.lock().unwrap(), [""; 0]);
}

#[test]
fn a_tracker_that_is_declared_otherwise_learns_again() {
    let folder = TempDir::new().unwrap();
    let mut settings =
        EnricherSettings { state_dir: Some(folder.path().into()), trackers: learning(), ..EnricherSettings::default() };
    let (mut first, _) = enricher(&settings);
    for day in 0..60 {
        let _ = first.enrich(&on_day(day, "project_created", 1, 2), ARRIVAL);
    }
    drop(first);
    settings.trackers[0].window *= 2;
    let (mut second, reports) = enricher(&settings);
    let found = first_seen(&mut second, &on_day(60, "user_admin_status_updated", 1, 2));
    assert_eq!(found, [None, None], "once: the tracker is new; each key: the account is");
    assert!(reports.lock().unwrap()[0].contains("once"));
}

#[test]
fn learning_ends_at_the_same_event_however_often_there_is_a_restart() {
    let events: Vec<String> = (0..60)
        .map(|day| {
            let kind = if day % 5 == 3 { "user_admin_status_updated" } else { "project_created" };
            on_day(day, kind, u64::try_from(day % 2).unwrap(), u64::try_from(day).unwrap())
        })
        .collect();
    let found = |restart_every: usize| -> Vec<_> {
        let folder = TempDir::new().unwrap();
        let settings = EnricherSettings {
            state_dir: Some(folder.path().into()),
            trackers: learning(),
            ..EnricherSettings::default()
        };
        let mut found = Vec::new();
        for events in events.chunks(restart_every) {
            let (mut enricher, _) = enricher(&settings);
            found.extend(events.iter().map(|event| first_seen(&mut enricher, event)));
        }
        found
    };
    let alone = found(events.len());
    assert!(alone.contains(&[NEW, NEW]), "{alone:?}");
    for restart_every in [1, 7, 20] {
        assert_eq!(found(restart_every), alone, "{restart_every}");
    }
}
