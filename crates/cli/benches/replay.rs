//! How fast `falco-gitlab replay` looks at events in a file, from its start to its end, with all rules and trackers.
//!
//! Items are events. The program is run as its user runs it; its alerts go nowhere.
#![expect(clippy::unwrap_used, reason = "a benchmark stops by panicking")]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use divan::Bencher;
use divan::counter::ItemsCount;
use serde_json::Value;
use tempfile::TempDir;

fn main() {
    divan::main();
}

#[divan::bench(args = [1_000, 100_000], sample_count = 5, sample_size = 1)]
fn lines(bencher: Bencher<'_, '_>, count: usize) {
    bench(bencher, &(0..count).fold(String::new(), event), count);
}

/// Events of many types, most of which the shipped rules look at and many of which raise alerts: the worst mix, not the usual one.
#[divan::bench(sample_count = 5, sample_size = 1)]
fn events_that_the_shipped_rules_look_at(bencher: Bencher<'_, '_>) {
    const ROUNDS: usize = 200;
    let samples = samples();
    bench(bencher, &samples.concat().repeat(ROUNDS), samples.len() * ROUNDS);
}

/// The sample events, a line each.
fn samples() -> Vec<String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../audit-event/tests/samples");
    let mut samples = Vec::new();
    for origin in ["real", "constructed"] {
        for entry in fs::read_dir(Path::new(folder).join(origin)).unwrap() {
            let text = fs::read_to_string(entry.unwrap().path()).unwrap();
            // Some samples are what is no event.
            if let Ok(event @ Value::Object(_)) = serde_json::from_str::<Value>(&text) {
                samples.push(format!("{event}\n"));
            }
        }
    }
    // A folder has no order.
    samples.sort_unstable();
    assert!(samples.len() > 20, "{} samples", samples.len());
    samples
}

fn bench(bencher: Bencher<'_, '_>, lines: &str, count: usize) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("events.ndjson");
    fs::write(&path, lines).unwrap();
    bencher.counter(ItemsCount::new(count)).bench_local(|| {
        let mut replay = Command::new(env!("CARGO_BIN_EXE_falco-gitlab"));
        let replay = replay.args(["replay", "--json"]).arg(&path).stdout(Stdio::null()).stderr(Stdio::null());
        assert!(replay.status().unwrap().success());
    });
}

/// As GitLab streams them: half a day with some hundred people, most events Git operations, the rest job tokens.
fn event(mut lines: String, number: usize) -> String {
    let (person, project) = (number * 7 % 500, number * 7 % 500 / 2);
    let (event_type, message) = if number.is_multiple_of(3) {
        ("user_authenticated_using_job_token", "\"User authenticated using job token\"")
    } else {
        ("repository_git_operation", r#"{"protocol":"ssh","action":"git-upload-pack","verb":"fetch"}"#)
    };
    let second = number / 2;
    let time = format!("2026-02-10T{:02}:{:02}:{:02}.000Z", second / 3600 % 24, second / 60 % 60, second % 60);
    writeln!(
        lines,
        "{{\"id\":\"6f1d1c0e-0b0e-4c0c-9a55-{number:012}\",\"author_id\":{person},\"entity_id\":{project},\
         \"entity_type\":\"Project\",\"details\":{{\"event_name\":\"{event_type}\",\"author_name\":\"Dev {person}\",\
         \"author_class\":\"User\",\"target_id\":{project},\"target_type\":\"Project\",\"target_details\":\"app\",\
         \"custom_message\":{message},\"ip_address\":\"10.0.1.{}\",\"entity_path\":\"grp/app-{project}\"}},\
         \"ip_address\":\"10.0.1.{}\",\"author_name\":\"Dev {person}\",\"entity_path\":\"grp/app-{project}\",\
         \"target_details\":\"app\",\"created_at\":\"{time}\",\"target_type\":\"Project\",\"target_id\":{project},\
         \"event_type\":\"{event_type}\"}}",
        person % 250,
        person % 250,
    )
    .unwrap();
    lines
}
