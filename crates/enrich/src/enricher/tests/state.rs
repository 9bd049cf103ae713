//! What an enricher keeps in its state folder: what trackers remember, from one run to the next and through mishaps.

use super::*;

fn with_state(folder: &TempDir) -> EnricherSettings {
    EnricherSettings {
        state_dir: Some(folder.path().into()),
        trackers: with_builtin(Vec::new()),
        ..EnricherSettings::default()
    }
}

#[test]
fn what_trackers_remember_survives_a_restart() {
    let folder = TempDir::new().unwrap();
    let settings = with_state(&folder);
    let count = |enricher: &mut Enricher, n| {
        text(&enricher.enrich(&failure(n), ARRIVAL).0.json, "gitlab.count[failed_sign_ins_by_account]").unwrap()
    };
    let (mut first, _) = enricher(&settings);
    assert_eq!((1..=3).map(|n| count(&mut first, n)).collect::<Vec<_>>(), ["1", "2", "3"]);
    drop(first);
    let (mut second, reports) = enricher(&settings);
    assert_eq!(count(&mut second, 4), "4");
    second.tend(Instant::now()).unwrap();
    assert!(second.metrics().tracker_keys() > 0);
    assert!(second.metrics().snapshot_age_seconds().is_some());
    assert_eq!(*reports.lock().unwrap(), [""; 0]);
}

#[test]
fn a_snapshot_is_written_when_it_is_due() {
    let folder = TempDir::new().unwrap();
    let (mut enricher, _) = enricher(&with_state(&folder));
    let _ = enricher.enrich(&failure(1), ARRIVAL);
    let path = folder.path().join("trackers.snapshot");
    enricher.tend(Instant::now()).unwrap();
    assert!(!path.exists());
    let later = Instant::now() + std::time::Duration::from_secs(61);
    enricher.tend(later).unwrap();
    let deadline = Instant::now() + std::time::Duration::from_secs(20);
    while enricher.metrics().snapshot_age_seconds().is_none() {
        assert!(Instant::now() < deadline, "no snapshot is written");
        enricher.tend(later).unwrap();
        std::thread::yield_now();
    }
    assert!(path.exists());
}

#[test]
fn an_unusable_snapshot_is_set_aside_and_learning_begins_again() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("trackers.snapshot");
    let settings = with_state(&folder);
    drop(enricher(&settings));
    let good = fs::read(&path).unwrap();
    let mut flipped = good.clone();
    *flipped.last_mut().unwrap() ^= 1;
    let mut other_version = good.clone();
    other_version[8] = 200;
    for (bytes, expected) in [
        (&good[..good.len() / 2], "damaged"),
        (&flipped[..], "damaged"),
        (&other_version[..], "version 200"),
        (b"nonsense".as_slice(), "not a snapshot"),
        (b"".as_slice(), "not a snapshot"),
    ] {
        fs::write(&path, bytes).unwrap();
        let (mut enricher, reports) = enricher(&settings);
        let reports = reports.lock().unwrap().clone();
        assert!(reports.len() == 1 && reports[0].contains(expected) && reports[0].contains("set aside"), "{reports:?}");
        assert_eq!(fs::read(folder.path().join("trackers.snapshot.unusable")).unwrap(), bytes);
        assert!(enricher.enrich(&failure(1), ARRIVAL).1.is_ok());
    }
}

/// Tends, so many minutes from now, until a snapshot was written or could not be.
fn tend_until_done(enricher: &mut Enricher, minutes: u64) -> Result<(), crate::StateError> {
    let before = enricher.state.as_ref().and_then(StateStore::written);
    let later = Instant::now() + std::time::Duration::from_mins(minutes);
    let deadline = Instant::now() + std::time::Duration::from_secs(20);
    while enricher.state.as_ref().and_then(StateStore::written) == before {
        assert!(Instant::now() < deadline, "no snapshot is written");
        enricher.tend(later)?;
        std::thread::yield_now();
    }
    Ok(())
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_reported_and_the_snapshot_before_stays_until_there_is_room_again() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("trackers.snapshot");
    let (mut enricher, _) = enricher(&with_state(&folder));
    let _ = enricher.enrich(&failure(1), ARRIVAL);
    tend_until_done(&mut enricher, 2).unwrap();
    let before = fs::read(&path).unwrap();
    let new = path.with_extension("snapshot.new");
    std::os::unix::fs::symlink("/dev/full", &new).unwrap();
    let _ = enricher.enrich(&failure(2), ARRIVAL);
    let error = tend_until_done(&mut enricher, 4).unwrap_err().to_string();
    assert!(error.contains("No space left") && error.contains("trackers.snapshot"), "{error}");
    assert_eq!(fs::read(&path).unwrap(), before);
    assert!(fs::symlink_metadata(&new).is_err(), "what was written of the new one is taken away");
    tend_until_done(&mut enricher, 6).unwrap();
    assert_ne!(fs::read(&path).unwrap(), before);
}

#[test]
fn a_part_of_a_snapshot_that_a_crash_left_changes_nothing() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("trackers.snapshot");
    let settings = with_state(&folder);
    let (mut first, _) = enricher(&settings);
    let _ = first.enrich(&failure(1), ARRIVAL);
    drop(first);
    let whole = fs::read(&path).unwrap();
    for length in [0, 1, whole.len() / 2, whole.len()] {
        fs::write(path.with_extension("snapshot.new"), &whole[..length]).unwrap();
        fs::write(&path, &whole).unwrap();
        let (mut next, reports) = enricher(&settings);
        let json = next.enrich(&failure(2), ARRIVAL).0.json;
        assert_eq!(text(&json, "gitlab.count[failed_sign_ins_by_account]").as_deref(), Some("2"));
        assert_eq!(*reports.lock().unwrap(), [""; 0]);
        drop(next);
        assert!(!path.with_extension("snapshot.new").exists());
    }
}

#[test]
fn a_tracker_that_is_declared_otherwise_begins_anew_and_is_named() {
    let folder = TempDir::new().unwrap();
    let mut settings = with_state(&folder);
    let (mut first, _) = enricher(&settings);
    let _ = first.enrich(&failure(1), ARRIVAL);
    drop(first);
    let changed = settings.trackers.iter_mut().find(|tracker| tracker.name == "failed_sign_ins_by_account").unwrap();
    changed.window *= 2;
    let (mut second, reports) = enricher(&settings);
    assert!(reports.lock().unwrap()[0].contains("failed_sign_ins_by_account"));
    let event = second.enrich(&failure(2), ARRIVAL).0;
    assert_eq!(text(&event.json, "gitlab.count[failed_sign_ins_by_account]").as_deref(), Some("1"));
}

#[test]
fn a_folder_that_is_not_there_is_reported_and_nothing_else_happens() {
    let folder = TempDir::new().unwrap();
    let settings = EnricherSettings { state_dir: Some(folder.path().join("missing")), ..EnricherSettings::default() };
    let (mut enricher, _) = enricher(&settings);
    let later = Instant::now() + std::time::Duration::from_secs(61);
    let deadline = Instant::now() + std::time::Duration::from_secs(20);
    let error = loop {
        assert!(Instant::now() < deadline, "the missing folder is not reported");
        if let Err(error) = enricher.tend(later) {
            break error.to_string();
        }
        std::thread::yield_now();
    };
    assert!(error.contains("missing") && error.contains("will not survive"), "{error}");
}
