//! Files that are read on after a restart, whatever has become of them meanwhile.

use super::*;

/// A run that reads these events and notes how far it came.
#[track_caller]
fn read_and_save(log: &Path, state: &TempDir, events: &[&str]) {
    let mut followed = Followed::with(log, Some(state.path()));
    followed.expect(events);
    followed.files.save_now().unwrap();
}

#[test]
fn reading_goes_on_where_it_was_after_a_restart() {
    let (_folder, log) = folder();
    let state = TempDir::new().unwrap();
    append(&log, "{\"id\":1}\n[{\"id\":2},\n{\"id\":3},");
    read_and_save(&log, &state, &["{\"id\":1}", "{\"id\":2}", "{\"id\":3}"]);
    append(&log, "{\"id\":4}]\nrubbish\n{\"id\":5}\n");
    let mut followed = Followed::with(&log, Some(state.path()));
    followed.expect(&["{\"id\":4}", "{\"id\":5}"]);
    assert_eq!(followed.errors[0].line, Some(4), "{:?}", followed.errors);
}

#[test]
fn what_was_not_saved_is_read_again() {
    let (_folder, log) = folder();
    let state = TempDir::new().unwrap();
    append(&log, "{\"id\":1}\n");
    let mut followed = Followed::with(&log, Some(state.path()));
    followed.expect(&["{\"id\":1}"]);
    followed.files.save_now().unwrap();
    append(&log, "{\"id\":2}\n");
    followed.expect(&["{\"id\":2}"]);
    drop(followed);
    Followed::with(&log, Some(state.path())).expect(&["{\"id\":2}"]);
}

#[test]
fn a_file_rotated_while_nobody_was_looking_is_read_to_its_end() {
    let (folder, log) = folder();
    let state = TempDir::new().unwrap();
    append(&log, "{\"id\":1}\n");
    read_and_save(&log, &state, &["{\"id\":1}"]);
    append(&log, "{\"id\":2}\n");
    fs::rename(&log, folder.path().join("audit_json.log.1")).unwrap();
    append(&log, "{\"id\":3}\n");
    Followed::with(&log, Some(state.path())).expect(&["{\"id\":2}", "{\"id\":3}"]);
}

#[test]
fn a_file_renamed_and_compressed_while_nobody_was_looking_is_read_to_its_end() {
    let (_folder, log) = folder();
    let state = TempDir::new().unwrap();
    append(&log, "{\"id\":1}\n");
    read_and_save(&log, &state, &["{\"id\":1}"]);
    append(&log, "{\"id\":2}\n");
    // So that the new log is another file: the number of a deleted one may be given again.
    append(&log.with_extension("new"), "{\"id\":3}\n");
    copy_and_truncate(&log, ".1.gz");
    fs::rename(log.with_extension("new"), &log).unwrap();
    let mut followed = Followed::with(&log, Some(state.path()));
    followed.expect(&["{\"id\":2}", "{\"id\":3}"]);
    assert!(followed.errors.is_empty(), "{:?}", followed.errors);
}

#[test]
fn a_file_copied_cut_and_compressed_while_nobody_was_looking_is_read_to_its_end() {
    let (_folder, log) = folder();
    let state = TempDir::new().unwrap();
    append(&log, "{\"id\":1}\n");
    read_and_save(&log, &state, &["{\"id\":1}"]);
    append(&log, "{\"id\":2}\n{\"id\":3}\n");
    copy_and_truncate(&log, ".1.gz");
    append(&log, "{\"id\":4}\n{\"id\":5}\n");
    let mut followed = Followed::with(&log, Some(state.path()));
    // A crash before the copy is read to its end costs nothing.
    eventually("the first event", || match followed.files.next_event() {
        Some(event) => event.unwrap().event.json.as_ref() == "{\"id\":2}",
        None => false,
    });
    followed.files.save_now().unwrap();
    drop(followed);
    read_and_save(&log, &state, &["{\"id\":2}", "{\"id\":3}", "{\"id\":4}", "{\"id\":5}"]);
    append(&log, "{\"id\":6}\n");
    Followed::with(&log, Some(state.path())).expect(&["{\"id\":6}"]);
}

#[test]
fn damaged_positions_and_another_file_in_the_place_are_read_from_the_start() {
    let (_folder, log) = folder();
    let state = TempDir::new().unwrap();
    let positions = state.path().join("followed-files.json");
    append(&log, "{\"id\":1}\n");
    read_and_save(&log, &state, &["{\"id\":1}"]);
    let saved = fs::read(&positions).unwrap();
    for damaged in [&b"garbage"[..], b"", b"[{\"path\":1}]", b"[null]", &saved[..saved.len() / 2]] {
        fs::write(&positions, damaged).unwrap();
        Followed::with(&log, Some(state.path())).expect(&["{\"id\":1}"]);
    }
    fs::write(&positions, saved).unwrap();
    fs::write(&log, "{\"id\":7}\n{\"id\":8}\n").unwrap();
    Followed::with(&log, Some(state.path())).expect(&["{\"id\":7}", "{\"id\":8}"]);
}
