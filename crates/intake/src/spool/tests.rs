//! The spool against what it promises: what was stored is read back, whatever happens to the files' ends.

mod bounds;
mod damage;
mod model;

use std::fs;
use std::path::PathBuf;

use audit_event::Origin;
use tempfile::TempDir;

use super::*;
use crate::arrival::Arrival;
use crate::event::ReceivedEvent;
use crate::fingerprint::Fingerprint;
use crate::worth::Worth;

const MIB: u64 = 1024 * 1024;

/// A directory with a spool, which can be closed and opened again.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        // In memory where that can be: what is tested here is which bytes are written, not that they stay.
        Self(TempDir::new_in("/dev/shm").or_else(|_| TempDir::new()).unwrap())
    }

    fn open(&self, max_bytes: u64) -> Spool {
        self.try_open(max_bytes).unwrap()
    }

    fn try_open(&self, max_bytes: u64) -> Result<Spool, SpoolError> {
        Spool::open(&StateDirectory::open(self.0.path()).unwrap(), max_bytes, &mut |_, _| {})
    }

    fn segments(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.0.path().join("spool")).unwrap();
        let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "segment"));
        paths.sort();
        paths
    }

    fn bytes(&self) -> u64 {
        self.segments().iter().map(|path| fs::metadata(path).unwrap().len()).sum()
    }
}

fn arrival(worth: Worth, text: &str) -> Arrival {
    Arrival { event: ReceivedEvent::now(text, Origin::Webhook, Some("eu".into())), worth, fingerprint: None }
}

/// Stores one event for each text, each with an fsync of its own.
fn store(spool: &mut Spool, worth: Worth, texts: &[&str]) {
    for text in texts {
        let outcome = spool.writer.store(&[arrival(worth, text)], || u64::MAX);
        assert!(matches!(outcome.fates[..], [Fate::Stored(_)]), "{outcome:?}");
    }
}

/// The texts of all events that the host has not taken, and the number of damaged places on the way.
fn read(spool: &Spool) -> (Vec<String>, usize) {
    let (mut texts, mut damaged, mut from) = (Vec::new(), 0, spool.progress.sequence() + 1);
    while from < MAX {
        spool
            .reader
            .read(from, MAX, 100, |read| {
                assert!(read.events.is_sorted_by_key(|(sequence, _)| *sequence));
                texts.extend(read.events.into_iter().map(|(_, arrival)| arrival.event.json.into_string()));
                damaged += read.damages.len();
                from = read.next;
            })
            .unwrap();
    }
    (texts, damaged)
}

const MAX: u64 = u64::MAX / 2;

#[test]
fn what_was_stored_is_there_after_a_restart_in_its_order() {
    let place = Place::new();
    let texts: Vec<String> = (0..100).map(|number| format!("{{\"id\":{number}}}")).collect();
    for half in texts.chunks(50) {
        let mut spool = place.open(MIB);
        for (number, text) in half.iter().enumerate() {
            store(&mut spool, Worth::ALL[number % Worth::ALL.len()], &[text]);
        }
    }
    let spool = place.open(MIB);
    assert_eq!((spool.recovered.waiting, spool.recovered.torn_bytes, spool.recovered.damages), (100, 0, 0));
    assert_eq!(read(&spool), (texts, 0));
}

#[test]
fn an_event_comes_back_with_all_that_was_known_of_it() {
    let place = Place::new();
    let fingerprint = Fingerprint::from_bytes([7; Fingerprint::LENGTH]);
    let known = Arrival { fingerprint: Some(fingerprint), ..arrival(Worth::JobToken, "{}") };
    place.open(MIB).writer.store(std::slice::from_ref(&known), || u64::MAX);
    let mut recalled = Vec::new();
    let state = StateDirectory::open(place.0.path()).unwrap();
    let spool = Spool::open(&state, MIB, &mut |fingerprint, time| recalled.push((fingerprint, time))).unwrap();
    assert_eq!(recalled, [(fingerprint, known.event.received_at)]);
    let events = spool.reader.read(1, MAX, 1, |read| read.events).unwrap();
    assert_eq!(events, [(1, known)]);
}

#[test]
fn what_the_host_has_taken_does_not_come_back_and_its_files_go() {
    let place = Place::new();
    let mut spool = place.open(MIB);
    store(&mut spool, Worth::Saved, &["a", "b"]);
    spool.progress.set(1).unwrap();
    drop(spool);
    let mut spool = place.open(MIB);
    assert_eq!(spool.recovered.waiting, 1);
    assert_eq!(read(&spool), (vec!["b".to_owned()], 0));
    store(&mut spool, Worth::Saved, &["c"]);
    spool.progress.set(2).unwrap();
    spool.writer.remove_up_to(2).unwrap();
    assert_eq!(place.segments().len(), 1, "the one of the earlier run is gone");
    drop(spool);
    assert_eq!(read(&place.open(MIB)), (vec!["c".to_owned()], 0));
}

#[test]
fn numbers_are_not_given_twice_when_all_was_taken_and_removed() {
    let place = Place::new();
    let mut spool = place.open(MIB);
    store(&mut spool, Worth::Saved, &["a"]);
    spool.progress.set(1).unwrap();
    drop(spool);
    let mut spool = place.open(MIB);
    assert_eq!(place.segments().len(), 0);
    store(&mut spool, Worth::Saved, &["b"]);
    drop(spool);
    assert_eq!(read(&place.open(MIB)), (vec!["b".to_owned()], 0));
}

#[test]
fn a_segment_that_a_crash_left_empty_does_not_stand_in_the_way() {
    let place = Place::new();
    store(&mut place.open(MIB), Worth::Saved, &["a"]);
    // The start before the crash cut the first segment off behind its record.
    drop(place.open(MIB));
    let directory = place.0.path().join("spool");
    drop(segment::SegmentId { rank: Worth::Saved.rank(), first: 2 }.create(&directory).unwrap());
    fs::write(segment::SegmentId { rank: Worth::JobToken.rank(), first: 3 }.path(&directory), "").unwrap();
    let mut spool = place.open(MIB);
    store(&mut spool, Worth::Saved, &["b"]);
    store(&mut spool, Worth::JobToken, &["c"]);
    drop(spool);
    assert_eq!(read(&place.open(MIB)), (vec!["a".to_owned(), "b".to_owned(), "c".to_owned()], 0));
}

#[test]
fn a_reader_that_has_caught_up_goes_on_when_there_is_more() {
    let place = Place::new();
    let mut spool = place.open(MIB);
    let (mut from, mut all) = (1, Vec::new());
    for round in 0..200 {
        let text = format!("{round:0>300}");
        store(&mut spool, Worth::ALL[round % Worth::ALL.len()], &[&text]);
        all.push(text);
        if round % 7 == 0 {
            let (events, next) =
                spool.reader.read(from, round as u64 + 2, usize::MAX, |read| (read.events, read.next)).unwrap();
            let expected = &all[usize::try_from(from).unwrap() - 1..];
            assert!(events.iter().map(|(_, arrival)| &*arrival.event.json).eq(expected.iter().map(String::as_str)));
            from = next;
        }
    }
    assert!(place.segments().len() > 3, "over several segments");
}

#[test]
fn the_oldest_age_is_that_of_the_oldest_event_waiting() {
    let place = Place::new();
    let mut spool = place.open(MIB);
    let mut old = arrival(Worth::Saved, "a");
    old.event.received_at -= 100 * 1_000_000_000;
    // As from a clock that was set back since.
    let mut future = arrival(Worth::JobToken, "b");
    future.event.received_at += 3600 * 1_000_000_000;
    spool.writer.store(&[old, future], || u64::MAX);
    assert!((100..1000).contains(&spool.reader.oldest_age(0).as_secs()));
    assert_eq!(spool.reader.oldest_age(1).as_secs(), 0);
}

#[test]
fn a_clock_that_is_set_back_changes_no_order_and_loses_nothing() {
    let place = Place::new();
    let mut spool = place.open(MIB);
    for (text, received_at) in [("a", u64::MAX), ("b", 5), ("c", 0), ("d", 7)] {
        let mut event = arrival(Worth::Saved, text);
        event.event.received_at = received_at;
        spool.writer.store(&[event], || u64::MAX);
    }
    assert_eq!(read(&spool).0, ["a", "b", "c", "d"]);
    drop(spool);
    assert_eq!(read(&place.open(MIB)).0, ["a", "b", "c", "d"]);
}
