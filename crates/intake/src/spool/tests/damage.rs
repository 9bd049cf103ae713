//! What a crash or a broken disk leaves behind, and what it costs.

use rustix::fs::{CWD, Mode, mkfifoat};

use super::*;

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
            assert_eq!(read(&spool), (expected.into_iter().map(str::to_owned).collect(), 0), "byte {byte}");
            let is_told = spool.recovered.damages > 0 || spool.recovered.torn_bytes > 0;
            assert_eq!(is_told, damaged != whole, "byte {byte}");
        }
    }
}

/// Padding is for the segment that is written. A crash may leave it behind any; half a record is damage where another segment
/// was begun behind it.
#[test]
fn a_segment_ends_with_a_record_once_the_next_is_begun_and_padding_that_is_left_is_no_damage() {
    let place = Place::new();
    let mut spool = place.open(MIB);
    let texts: Vec<String> = (0..100).map(|number| format!("{number:0>300}")).collect();
    store(&mut spool, Worth::Saved, &texts.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(place.bytes(), spool.reader.bytes());
    let ends = |path: &PathBuf| {
        let bytes = fs::read(path).unwrap();
        (ends_of_records(&bytes).last().copied().unwrap(), bytes.len())
    };
    let mut paths = place.segments();
    let last = paths.pop().unwrap();
    assert!(paths.iter().all(|path| ends(path).0 == ends(path).1), "full ones have no padding");
    assert!(ends(&last).0 < ends(&last).1, "the one that is written has");
    drop(spool);

    let spool = place.open(MIB);
    assert_eq!((ends(&last).0, place.bytes()), (ends(&last).1, spool.reader.bytes()));
    assert_eq!((spool.recovered.torn_bytes, spool.recovered.damages), (0, 0), "padding is nothing to tell of");
    drop(spool);

    let whole = fs::read(&paths[0]).unwrap();
    fs::write(&paths[0], [&whole[..], &[0; 1000]].concat()).unwrap();
    let spool = place.open(MIB);
    assert_eq!((spool.recovered.waiting, spool.recovered.damages, place.bytes()), (100, 0, spool.reader.bytes()));
    drop(spool);

    let mut bytes = whole;
    let [.., end_of_last_but_one, _] = ends_of_records(&bytes)[..] else { panic!("a few records") };
    bytes[end_of_last_but_one + 1..].fill(0);
    fs::write(&paths[0], bytes).unwrap();
    let spool = place.open(MIB);
    assert_eq!((spool.recovered.waiting, spool.recovered.damages), (99, 1));
    let (texts, damaged) = read(&spool);
    assert_eq!((texts.len(), damaged), (99, 0), "what was told at start is not told again");
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
