//! Events that several threads enrich come out as from one.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, in its helper functions too")]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex};
use std::thread;

use audit_event::{EventIndex, Origin};
use enrich::{Arrival, EnrichedEvent, Enricher, EnricherSettings, SharedEnricher};

const ARRIVAL: Arrival<'static> = Arrival { received_at: 1, origin: Origin::File, instance: Some("prod") };

const TYPES: [&str; 6] = [
    "login_failed_with_standard_authentication",
    "authenticated_with_password",
    "repository_git_operation",
    "personal_access_token_created",
    "project_destroyed",
    "variable_viewed_api",
];

/// Few accounts, addresses and projects do very much in an hour, so that trackers find something about most events.
fn events() -> Vec<String> {
    let event = |number: usize| {
        let (event_type, minute, second) = (TYPES[number * 7 % 11 % 6], number / 60 % 60, number % 60);
        let (author, project) = (number * 5 % 13, number % 17);
        format!(
            r#"{{"id":{number},"author_id":{author},"entity_path":"p/{project}","target_details":"u{author}","event_type":"{event_type}",
                "ip_address":"198.51.100.{author}","created_at":"2026-03-02T10:{minute:02}:{second:02}Z","details":{{}}}}"#
        )
    };
    (0..3_000).map(event).collect()
}

fn one_by_one(events: &[String]) -> Vec<EnrichedEvent> {
    let mut enricher = Enricher::default();
    events.iter().map(|event| enricher.enrich(event, ARRIVAL).0).collect()
}

fn by_threads(events: &[String], threads: usize, chunk: usize) -> Vec<EnrichedEvent> {
    let enricher = SharedEnricher::new(&EnricherSettings::builtin(), |_| ()).unwrap();
    let (next_chunk, turn, turned) = (AtomicUsize::new(0), Mutex::new(0), Condvar::new());
    let outcome = Mutex::new(vec![Vec::new(); events.len().div_ceil(chunk)]);
    let work = || {
        loop {
            let number = next_chunk.fetch_add(1, Ordering::Relaxed);
            let Some(events) = events.chunks(chunk).nth(number) else { return };
            let mut indexes = vec![EventIndex::default(); events.len()];
            for (event, index) in events.iter().zip(&mut indexes) {
                index.parse_received(event).unwrap();
            }
            let mut found = Vec::new();
            let in_turn = |observe: &mut dyn FnMut()| {
                let mut turn = turned.wait_while(turn.lock().unwrap(), |turn| *turn != number).unwrap();
                observe();
                *turn += 1;
                turned.notify_all();
            };
            let read = events.iter().map(String::as_str).zip(&indexes);
            enricher.enrich(read, ARRIVAL, in_turn, |event| found.push(EnrichedEvent::from(event)));
            outcome.lock().unwrap()[number] = found;
        }
    };
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(work);
        }
    });
    outcome.into_inner().unwrap().concat()
}

#[test]
fn the_findings_are_the_same_for_any_number_of_threads_and_any_size_of_chunk() {
    let events = events();
    let expected = one_by_one(&events);
    let with_findings = expected.iter().filter(|event| event.json.contains(r#""count":{"#)).count();
    assert!(with_findings > 500, "{with_findings}");
    for (threads, chunk) in [(1, 3_000), (2, 256), (4, 7), (8, 1)] {
        assert_eq!(by_threads(&events, threads, chunk), expected, "{threads} threads, chunks of {chunk}");
    }
}
