//! The spool against what it promises: what was stored is read back, whatever happens to the files' ends.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use audit_event::Origin;
use proptest::prelude::*;
use rustix::fs::{CWD, Mode, mkfifoat};
use tempfile::TempDir;

use super::*;
use crate::arrival::Arrival;
use crate::event::ReceivedEvent;
use crate::fingerprint::Fingerprint;
use crate::shed::Counts;
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

/// Every event committed before is delivered, wherever a crash cuts the last write off.
#[test]
fn a_tail_cut_off_at_any_byte_costs_the_last_event_at_most() {
    let place = Place::new();
    store(&mut place.open(MIB), Worth::Saved, &["{\"id\":1}", "{\"id\":2}", "{\"id\":3}"]);
    let [path] = place.segments().try_into().unwrap();
    let whole = fs::read(&path).unwrap();
    let ends = ends_of_records(&whole);
    for length in 0..=whole.len() {
        for filler in [0, 200] {
            // Also with noughts behind, as some file systems leave them after a power failure.
            fs::write(&path, [&whole[..length], &vec![0; filler]].concat()).unwrap();
            let spool = place.open(MIB);
            let expected = ends.iter().filter(|end| **end <= length).count();
            let (texts, damaged) = read(&spool);
            assert_eq!(texts, ["{\"id\":1}", "{\"id\":2}", "{\"id\":3}"][..expected], "cut at {length}");
            assert_eq!(damaged, 0);
            drop(spool);
            if let Ok(metadata) = fs::metadata(&path) {
                let sound = ends[..expected].last().map_or(16, |end| *end);
                assert!(metadata.len() <= sound as u64, "the tail is cut away");
            }
        }
    }
}

/// Every event but the one that is hit is delivered, whichever byte is damaged, and the loss is told.
#[test]
fn damage_at_any_byte_costs_the_event_it_hits_and_no_other() {
    let place = Place::new();
    let texts = ["{\"id\":1}", "{\"id\":2}", "{\"id\":3}"];
    store(&mut place.open(MIB), Worth::Saved, &texts);
    let [path] = place.segments().try_into().unwrap();
    let whole = fs::read(&path).unwrap();
    let ends = ends_of_records(&whole);
    for byte in 0..whole.len() {
        for damage in [0xFF, whole[byte] ^ 0x01, 0x00] {
            let mut damaged = whole.clone();
            damaged[byte] = damage;
            fs::write(&path, &damaged).unwrap();
            let spool = place.open(MIB);
            let hit = (damaged != whole && byte >= 16).then(|| ends.iter().filter(|end| **end <= byte).count());
            let expected: Vec<_> = (0..3).filter(|number| Some(*number) != hit).map(|number| texts[number]).collect();
            assert_eq!(read(&spool).0, expected, "byte {byte}");
            let is_told = spool.recovered.damages > 0 || spool.recovered.torn_bytes > 0;
            assert_eq!(is_told, damaged != whole, "byte {byte}");
        }
    }
}

#[test]
fn damage_while_running_is_told_and_read_over() {
    let place = Place::new();
    let mut spool = place.open(MIB);
    store(&mut spool, Worth::Saved, &["a", "b", "c"]);
    let [path] = place.segments().try_into().unwrap();
    let mut bytes = fs::read(&path).unwrap();
    let middle = ends_of_records(&bytes)[1] - 1;
    bytes[middle] ^= 1;
    fs::write(&path, bytes).unwrap();
    assert_eq!(read(&spool), (vec!["a".to_owned(), "c".to_owned()], 1));
    fs::remove_file(&path).unwrap();
}

#[test]
fn a_file_that_vanished_is_told_and_not_waited_for() {
    let place = Place::new();
    let mut spool = place.open(MIB);
    store(&mut spool, Worth::Saved, &["a"]);
    store(&mut spool, Worth::JobToken, &["b"]);
    fs::remove_file(&place.segments()[1]).unwrap();
    assert_eq!(read(&spool), (vec!["b".to_owned()], 1));
}

#[test]
fn a_segment_of_another_version_stops_the_start_and_is_named() {
    let place = Place::new();
    store(&mut place.open(MIB), Worth::Saved, &["a"]);
    let [path] = place.segments().try_into().unwrap();
    let mut bytes = fs::read(&path).unwrap();
    bytes[8] = 9;
    let checksum = crc32fast::hash(&bytes[..12]).to_le_bytes();
    bytes[12..16].copy_from_slice(&checksum);
    fs::write(&path, bytes).unwrap();
    let error = place.try_open(MIB).unwrap_err();
    assert!(matches!(error, SpoolError::OtherVersion { version: 9, .. }));
    assert!(error.to_string().contains(&path.display().to_string()), "{error}");
}

#[test]
fn a_pipe_or_a_folder_in_the_place_of_a_file_stops_the_start_at_once_and_is_named() {
    for name in ["saved-0000000000000001.segment", "acknowledged"] {
        let place = Place::new();
        drop(place.open(MIB));
        let path = place.0.path().join("spool").join(name);
        let _ = fs::remove_file(&path);
        mkfifoat(CWD, &path, Mode::RUSR | Mode::WUSR).unwrap();
        let error = place.try_open(MIB).unwrap_err().to_string();
        assert!(error.contains("spool") && error.contains("not a regular file"), "{error}");
        fs::remove_file(&path).unwrap();
        fs::create_dir(&path).unwrap();
        let error = place.try_open(MIB).unwrap_err().to_string();
        assert!(error.contains("spool"), "{error}");
    }
}

#[test]
fn other_files_in_the_directory_are_left_alone() {
    let place = Place::new();
    drop(place.open(MIB));
    let note = place.0.path().join("spool/README");
    fs::write(&note, "x").unwrap();
    drop(place.open(MIB));
    assert_eq!(fs::read(note).unwrap(), b"x");
}

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

/// Where each record ends.
fn ends_of_records(segment: &[u8]) -> Vec<usize> {
    let mut ends = Vec::new();
    let mut end = 16;
    while let record::Beginning::Record(_, length) = record::read(&segment[end..]) {
        end += length;
        ends.push(end);
    }
    ends
}

#[derive(Debug, Clone)]
enum Step {
    Store(Vec<(Worth, usize)>),
    Read(usize),
    Acknowledge,
    Reopen,
}

fn step() -> impl Strategy<Value = Step> {
    let event = (prop::sample::select(&Worth::ALL[..]), 0_usize..3_000);
    prop_oneof![
        6 => prop::collection::vec(event, 1..8).prop_map(Step::Store),
        3 => (0_usize..8_000).prop_map(Step::Read),
        1 => Just(Step::Acknowledge),
        1 => Just(Step::Reopen),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// The model is the set of events that must still come. Nothing is lost that was not told, nothing is too large.
    #[test]
    fn events_are_read_once_in_order_unless_they_were_let_go(steps in prop::collection::vec(step(), 1..60)) {
        const BOUND: u64 = 64 * 1024;
        let place = Place::new();
        let mut spool = place.open(BOUND);
        let (mut waiting, mut next_number) = (BTreeSet::<(u64, Worth)>::new(), 0_u64);
        let (mut from, mut handed_out) = (1, 0);
        let (mut told, mut lost) = ([0_u64; 4], [0_u64; 4]);
        for step in steps {
            match step {
                Step::Store(events) => {
                    let arrivals: Vec<_> = events
                        .iter()
                        .map(|(worth, size)| {
                            next_number += 1;
                            arrival(*worth, &format!("{next_number} {}", "x".repeat(*size)))
                        })
                        .collect();
                    let outcome = spool.writer.store(&arrivals, || from);
                    prop_assert!(outcome.failure.is_none());
                    for (told, count) in told.iter_mut().zip(outcome.evicted) {
                        *told += count;
                    }
                    for (arrival, fate) in arrivals.iter().zip(outcome.fates) {
                        let number = arrival.event.json.split(' ').next().unwrap().parse().unwrap();
                        match fate {
                            Fate::Stored(_) => _ = waiting.insert((number, arrival.worth)),
                            Fate::Shed => {}
                            Fate::Failed => prop_assert!(false, "the disk did not fail"),
                        }
                    }
                }
                Step::Read(bytes) => {
                    let read = spool.reader.read(from, MAX, bytes, |read| read).unwrap();
                    prop_assert!(read.damages.is_empty());
                    from = if read.next == MAX { from.max(handed_out + 1) } else { read.next };
                    for (sequence, arrival) in read.events {
                        prop_assert!(sequence > handed_out);
                        (handed_out, from) = (sequence, from.max(sequence + 1));
                        let number: u64 = arrival.event.json.split(' ').next().unwrap().parse().unwrap();
                        // What should have come before this one was let go.
                        while let Some((earlier, worth)) = waiting.pop_first() {
                            if earlier == number {
                                break;
                            }
                            prop_assert!(earlier < number, "an event came twice, or one that nobody stored");
                            lost[worth as usize] += 1;
                        }
                    }
                }
                Step::Acknowledge => {
                    spool.progress.set(handed_out).unwrap();
                    spool.writer.remove_up_to(handed_out).unwrap();
                }
                Step::Reopen => {
                    spool.progress.set(handed_out).unwrap();
                    drop(spool);
                    spool = place.open(BOUND);
                    prop_assert_eq!((spool.recovered.damages, spool.recovered.torn_bytes), (0, 0));
                    from = handed_out + 1;
                }
            }
            prop_assert!(place.bytes() <= BOUND);
            prop_assert_eq!(place.bytes(), spool.reader.bytes());
        }
        for text in read_from(&spool, from) {
            let number: u64 = text.split(' ').next().unwrap().parse().unwrap();
            while let Some((earlier, worth)) = waiting.pop_first() {
                if earlier == number {
                    break;
                }
                lost[worth as usize] += 1;
            }
        }
        for (_, worth) in waiting {
            lost[worth as usize] += 1;
        }
        prop_assert_eq!(lost, told, "all that was lost was told, and nothing else");
        prop_assert_eq!(lost[Worth::Saved as usize], 0, "nothing is worth more than a saved event");
    }
}

fn read_from(spool: &Spool, from: u64) -> Vec<String> {
    let texts = |read: Read| read.events.into_iter().map(|(_, arrival)| arrival.event.json.into_string()).collect();
    spool.reader.read(from, MAX, usize::MAX, texts).unwrap()
}
