//! Snapshots that no crash leaves but a hand or a broken disk may: set aside, or read without harm, in bounded memory.

use std::fs;
use std::io::Read;
use std::path::Path;
use std::sync::{Arc, LazyLock, Mutex};

use audit_event::Origin;
use proptest::prelude::*;
use proptest::sample::Index;
use tempfile::TempDir;

use super::format;
use crate::trackers::{read_trackers, with_builtin};
use crate::{Arrival, Enricher, EnricherSettings};

const ARRIVAL: Arrival<'_> = Arrival { received_at: 0, origin: Origin::File, instance: None };

fn event(n: u64, event_type: &str) -> String {
    let (second, minute) = (n % 60, n / 60 % 60);
    format!(
        r#"{{"id":{n},"event_type":"{event_type}","author_id":7,"author_name":"Dev","entity_type":"Project","entity_path":"grp/{n}",
        "target_id":7,"target_details":"Dev","ip_address":"193.0.0.1","details":{{"custom_message":"Started {n}"}},
        "created_at":"2026-02-10T09:{minute:02}:{second:02}Z"}}"#
    )
}

/// Types that trackers of every kind look at.
const TYPES: [&str; 7] = [
    "login_failed_with_standard_authentication",
    "authenticated_with_password",
    "user_impersonation",
    "personal_access_token_created",
    "repository_download_operation",
    "job_artifact_downloaded",
    "release_created",
];

fn settings(folder: &Path) -> EnricherSettings {
    let few_values =
        serde_json::json!([{"Name": "many", "Kind": "distinct", "Value": "gitlab.event_id", "Window": "1h"}]);
    EnricherSettings {
        trackers: with_builtin(read_trackers(&few_values).unwrap()),
        state_dir: Some(folder.into()),
        ..EnricherSettings::default()
    }
}

/// An enricher with what it reports.
fn enricher(folder: &Path) -> (Enricher, Vec<String>) {
    let reports = Arc::new(Mutex::new(Vec::new()));
    let to = Arc::clone(&reports);
    let enricher = Enricher::new(&settings(folder), move |problem| to.lock().unwrap().push(problem)).unwrap();
    let reports = reports.lock().unwrap().clone();
    (enricher, reports)
}

/// The content of a whole snapshot, with trackers of every kind and a sketch in it.
static CONTENT: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let folder = TempDir::new().unwrap();
    let (mut whole, _) = enricher(folder.path());
    for n in 0..1_200 {
        let _ = whole.enrich(&event(n, TYPES[usize::try_from(n).unwrap() % TYPES.len()]), ARRIVAL);
    }
    drop(whole);
    format::decompress(&mut fs::File::open(folder.path().join("trackers.snapshot")).unwrap()).unwrap()
});

/// Starts with a snapshot that holds `content`, and goes on with events.
fn go_on_with(content: &[u8]) -> Vec<String> {
    let folder = TempDir::new().unwrap();
    let mut file = fs::File::create(folder.path().join("trackers.snapshot")).unwrap();
    format::write(content, &mut file).unwrap();
    let (mut enricher, reports) = enricher(folder.path());
    for (n, event_type) in (1_200..).zip(TYPES.repeat(6)) {
        enricher.enrich(&event(n, event_type), ARRIVAL).1.unwrap();
    }
    reports
}

#[test]
fn a_whole_snapshot_is_taken_over_without_a_word() {
    assert_eq!(go_on_with(&CONTENT), [""; 0]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn wrong_bytes_under_a_right_checksum_do_no_harm(changes in prop::collection::vec((any::<Index>(), any::<u8>()), 1..6)) {
        let mut content = CONTENT.clone();
        let length = content.len();
        for (place, byte) in changes {
            content[place.index(length)] = byte;
        }
        let reports = go_on_with(&content);
        prop_assert!(reports.len() <= 1, "{:?}", reports);
    }

    #[test]
    fn a_content_cut_short_is_set_aside(length in any::<Index>()) {
        let reports = go_on_with(&CONTENT[..length.index(CONTENT.len())]);
        prop_assert!(reports.len() == 1 && reports[0].contains("set aside"), "{:?}", reports);
    }
}

fn file(length: u64, frame: &[u8]) -> Vec<u8> {
    [&b"GLTRACK\n"[..], &format::VERSION.to_le_bytes(), &length.to_le_bytes(), frame].concat()
}

#[test]
fn a_length_that_is_not_true_takes_no_memory() {
    let frame = zstd::encode_all(&b"short"[..], 1).unwrap();
    // Its frame does not say how long it is, so only the head could.
    let bomb = zstd::encode_all(std::io::repeat(0).take(256 << 20), 1).unwrap();
    assert!(bomb.len() < 100_000);
    for (length, frame, expected) in [
        (u64::MAX, &frame, "impossible length"),
        (2 << 30, &frame, "not as long as it says"),
        (0, &frame, "not as long as it says"),
        (5, &bomb, "not as long as it says"),
        ((256 << 20) - 1, &bomb, "not as long as it says"),
    ] {
        let error = format::decompress(&mut &file(length, frame)[..]).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
}
