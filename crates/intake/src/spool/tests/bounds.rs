//! A full spool, and a disk that refuses.

use std::collections::BTreeSet;
use std::time::Duration;

use super::*;
use crate::shed::Counts;

#[test]
fn the_disk_failing_fails_the_event_and_later_ones_are_stored_when_it_recovers() {
    let place = Place::new();
    let mut spool = place.open(MIB);
    store(&mut spool, Worth::Saved, &["a"]);
    // A rank's first segment must be made, which is not possible in a directory that is gone.
    let (directory, elsewhere) = (place.0.path().join("spool"), place.0.path().join("elsewhere"));
    fs::rename(&directory, &elsewhere).unwrap();
    let outcome = spool.writer.store(&[arrival(Worth::Saved, "b"), arrival(Worth::JobToken, "c")], || u64::MAX);
    assert_eq!(outcome.fates, [Fate::Stored(2), Fate::Failed], "only the rank that failed is concerned");
    assert!(outcome.failure.is_some());
    let outcome = spool.writer.store(&[arrival(Worth::Saved, "d")], || u64::MAX);
    assert_eq!(
        (&outcome.fates[..], outcome.failure.is_some()),
        (&[Fate::Failed][..], false),
        "it is left alone for a while"
    );
    fs::rename(&elsewhere, &directory).unwrap();
    let deadline = std::time::Instant::now() + Duration::from_secs(30);
    while spool.writer.store(&[arrival(Worth::JobToken, "e")], || u64::MAX).fates == [Fate::Failed] {
        assert!(std::time::Instant::now() < deadline);
        std::thread::yield_now();
    }
    drop(spool);
    assert_eq!(read(&place.open(MIB)).0, ["a", "b", "e"]);
}

#[test]
fn an_event_is_not_let_go_when_the_disk_will_not_remove_what_is_worth_less() {
    let place = Place::new();
    let mut spool = place.open(MIB);
    let large = "x".repeat(300_000);
    store(&mut spool, Worth::JobToken, &[&large, &large, &large]);
    for path in place.segments() {
        fs::remove_file(&path).unwrap();
        fs::create_dir(&path).unwrap();
    }
    let outcome = spool.writer.store(&[arrival(Worth::Saved, &large)], || 1);
    assert_eq!((&outcome.fates[..], outcome.evicted), (&[Fate::Failed][..], Counts::default()));
    assert!(outcome.failure.is_some());
}

#[test]
fn a_full_spool_lets_the_oldest_of_the_least_valuable_go_and_stays_within_its_bound() {
    let place = Place::new();
    let mut spool = place.open(MIB);
    let text = |number: u64| format!("{number:0>1000}");
    let mut push = |worth, number, unread_from| {
        let outcome = spool.writer.store(&[arrival(worth, &text(number))], || unread_from);
        (outcome.fates[0], outcome.evicted)
    };
    let mut stored = 0;
    while let (Fate::Stored(_), evicted) = push(Worth::GitOperation, stored, 1) {
        assert_eq!(evicted, [0; 4]);
        stored += 1;
    }
    assert!(stored > 900, "{stored}");
    let (fate, evicted) = push(Worth::Saved, 10_000, 1);
    assert!(matches!(fate, Fate::Stored(_)));
    let gone = evicted[Worth::GitOperation as usize];
    assert!((1..=20).contains(&gone), "one segment: {evicted:?}");
    // The host has begun to read the next one, which therefore stays.
    let (mut stored_saved, mut gone_later) = (1, 0);
    while let (Fate::Stored(_), evicted) = push(Worth::Saved, 10_000 + stored_saved, gone + 2) {
        stored_saved += 1;
        gone_later += evicted[Worth::GitOperation as usize];
    }
    assert!(gone + gone_later < stored && stored - gone - gone_later <= 20, "all but what is being read");
    assert!(stored_saved > 900, "{stored_saved}");
    assert!(place.bytes() <= MIB, "{}", place.bytes());
    let numbers: Vec<u64> = read(&spool).0.iter().map(|text| text.parse().unwrap()).collect();
    let (git, saved): (BTreeSet<u64>, BTreeSet<u64>) = numbers.iter().partition(|number| **number < 10_000);
    assert_eq!(git.len() as u64, stored - gone - gone_later);
    assert_eq!(git.first(), Some(&gone), "what the host is reading is not touched");
    assert_eq!(saved, (10_000..10_000 + stored_saved).collect());
}

/// Small events, so that each rank's segment is padded: padding counts, is let go of with its segment, and leaves nothing over.
#[test]
fn a_spool_of_padded_segments_is_filled_up_to_its_bound_and_not_beyond() {
    const BOUND: u64 = 256 * 1024;
    let place = Place::new();
    let mut spool = place.open(BOUND);
    for worth in [Worth::JobToken, Worth::StreamedOnly, Worth::Saved] {
        let mut stored = 0;
        while matches!(spool.writer.store(&[arrival(worth, "{}")], || 1).fates[..], [Fate::Stored(_)]) {
            stored += 1;
            assert!(place.bytes() <= BOUND, "{}", place.bytes());
            assert_eq!(place.bytes(), spool.reader.bytes());
        }
        assert!(stored > 2_000, "{worth:?}: {stored}");
        assert!(place.segments().iter().any(|path| fs::read(path).unwrap().ends_with(&[0; 64])), "one is padded");
    }
    assert!(place.bytes() > BOUND - 4 * 1024, "{}", place.bytes());
}
