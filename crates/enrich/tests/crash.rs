//! Killed in the middle of writing what trackers remember, the next start finds a whole snapshot.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs};

use audit_event::Origin;
use enrich::{Arrival, Enricher, EnricherSettings, with_builtin};
use tempfile::TempDir;

/// Names the folder, for the process that is to be killed.
const FOLDER: &str = "CRASH_TEST_STATE_DIR";

const DEADLINE: Duration = Duration::from_mins(2);

fn settings(folder: &Path) -> EnricherSettings {
    EnricherSettings {
        trackers: with_builtin(Vec::new()),
        state_dir: Some(folder.into()),
        ..EnricherSettings::default()
    }
}

/// A sign-in that failed: of an account of its own, so that memory grows.
fn enrich(enricher: &mut Enricher, account: u64) {
    let json = format!(
        r#"{{"id":{account},"event_type":"login_failed_with_standard_authentication","target_id":{account},
        "target_details":"account {account}","ip_address":"193.0.0.1","created_at":"2026-02-10T09:00:00Z"}}"#
    );
    let arrival = Arrival { received_at: 0, origin: Origin::File, instance: None };
    let (_, indexed) = enricher.enrich(&json, arrival);
    indexed.unwrap();
}

#[test]
#[ignore = "the process that the other test starts and kills"]
fn writes_one_snapshot_after_the_other() {
    let Some(folder) = env::var_os(FOLDER) else { return };
    let mut enricher = Enricher::new(&settings(Path::new(&folder)), |problem| panic!("{problem}")).unwrap();
    let start = Instant::now();
    (0..5_000).for_each(|account| enrich(&mut enricher, account));
    for minutes in (0u32..).step_by(2) {
        enricher.tend(start + minutes * Duration::from_mins(1)).unwrap();
        assert!(start.elapsed() < DEADLINE, "nobody kills this process");
    }
}

#[test]
fn killed_while_it_writes_a_snapshot_it_finds_a_whole_one_when_it_starts_again() {
    let folder = TempDir::new().unwrap();
    let part = folder.path().join("trackers.snapshot.new");
    let whole = folder.path().join("trackers.snapshot");
    let mut killed_while_writing = 0;
    let deadline = Instant::now() + DEADLINE;
    while killed_while_writing < 3 {
        assert!(Instant::now() < deadline, "it was never killed while it wrote");
        let mut writer = Command::new(env::current_exe().unwrap())
            .args(["--ignored", "--exact", "writes_one_snapshot_after_the_other"])
            .env(FOLDER, folder.path())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        // One whole one at least, and the next one begun.
        while !(whole.exists() && part.exists()) {
            assert!(writer.try_wait().unwrap().is_none() && Instant::now() < deadline, "it writes no snapshots");
        }
        writer.kill().unwrap();
        writer.wait().unwrap();
        killed_while_writing += u32::from(part.exists());
        let size = fs::metadata(&whole).unwrap().len();
        let enricher = Enricher::new(&settings(folder.path()), |problem| panic!("{problem}")).unwrap();
        assert!(enricher.metrics().tracker_keys() >= 5_000, "{size} bytes");
    }
}
