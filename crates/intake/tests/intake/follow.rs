//! Files that are read while they are written.
#![cfg(unix)]

use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

use flate2::Compression;
use flate2::write::GzEncoder;
use intake::{FileError, FollowedFiles, ProblemKind, StateDirectory};
use rustix::fs::{CWD, Mode, mkfifoat};
use tempfile::TempDir;

use crate::server::eventually;

struct Followed {
    files: FollowedFiles,
    texts: Vec<String>,
    errors: Vec<FileError>,
}

impl Followed {
    fn of(pattern: impl AsRef<Path>) -> Self {
        Self::with(pattern, None)
    }

    fn with(pattern: impl AsRef<Path>, state: Option<&Path>) -> Self {
        let state = state.map(|path| Arc::new(StateDirectory::open(path).unwrap()));
        let files = FollowedFiles::open(pattern.as_ref(), state).unwrap();
        Self { files, texts: Vec::new(), errors: Vec::new() }
    }

    fn read(&mut self) {
        while let Some(found) = self.files.next_event() {
            match found {
                Ok(event) => self.texts.push(event.event.json.into()),
                Err(error) => self.errors.push(error),
            }
        }
    }

    /// Waits for exactly these events, besides those that came before.
    #[track_caller]
    fn expect(&mut self, events: &[&str]) {
        eventually("the events", || {
            self.read();
            self.texts.len() >= events.len()
        });
        assert_eq!(std::mem::take(&mut self.texts), events);
    }
}

fn append(path: &Path, text: &str) {
    OpenOptions::new().create(true).append(true).open(path).unwrap().write_all(text.as_bytes()).unwrap();
}

fn folder() -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    let log = folder.path().join("audit_json.log");
    (folder, log)
}

#[test]
fn what_is_there_and_what_is_written_later_is_read() {
    let (_folder, log) = folder();
    append(&log, "{\"id\":1}\n");
    let mut followed = Followed::of(&log);
    followed.expect(&["{\"id\":1}"]);
    append(&log, "{\"id\":2}\n{\"id\":3}\n");
    followed.expect(&["{\"id\":2}", "{\"id\":3}"]);
    assert!(followed.errors.is_empty(), "{:?}", followed.errors);
}

#[test]
fn a_half_written_event_is_waited_for_and_a_whole_one_needs_no_line_end() {
    let (_folder, log) = folder();
    append(&log, "{\"id\":1}\n{\"id\":");
    let mut followed = Followed::of(&log);
    followed.expect(&["{\"id\":1}"]);
    append(&log, "2");
    append(&log, "}");
    followed.expect(&["{\"id\":2}"]);
    append(&log, "\n{\"id\":3}");
    followed.expect(&["{\"id\":3}"]);
    assert!(followed.errors.is_empty(), "{:?}", followed.errors);
}

#[test]
fn a_broken_line_is_told_with_its_place_and_costs_that_line_only() {
    let (_folder, log) = folder();
    append(&log, "{\"id\":1}\nrubb");
    let mut followed = Followed::of(&log);
    followed.expect(&["{\"id\":1}"]);
    append(&log, "ish\n{\"id\":2}\n");
    followed.expect(&["{\"id\":2}"]);
    let [error] = &followed.errors[..] else { panic!("{:?}", followed.errors) };
    assert_eq!((error.line, error.kind(), &*error.file), (Some(2), ProblemKind::MalformedFile, &*log));
}

#[test]
fn a_file_that_is_not_there_yet_is_told_once_and_waited_for() {
    let (_folder, log) = folder();
    let mut followed = Followed::of(&log);
    eventually("the complaint", || {
        followed.read();
        !followed.errors.is_empty()
    });
    append(&log, "{\"id\":1}\n");
    followed.expect(&["{\"id\":1}"]);
    assert_eq!(followed.errors.len(), 1);
    assert_eq!(followed.errors[0].kind(), ProblemKind::UnreadableFile);
}

#[test]
fn a_pipe_is_refused_where_it_is_named_and_passed_over_in_a_folder() {
    let (folder, log) = folder();
    mkfifoat(CWD, &log, Mode::RUSR | Mode::WUSR).unwrap();
    let mut followed = Followed::of(&log);
    followed.read();
    assert!(followed.errors[0].to_string().contains("only files and folders can be followed"), "{:?}", followed.errors);
    append(&folder.path().join("other.log"), "{\"id\":1}\n");
    let mut followed = Followed::of(folder.path());
    followed.expect(&["{\"id\":1}"]);
    assert!(followed.errors.is_empty(), "{:?}", followed.errors);
}

#[test]
fn a_line_of_hundreds_of_megabytes_costs_that_line_and_no_memory() {
    let (_folder, log) = folder();
    append(&log, "{\"id\":1}\n");
    // Noughts that take no room on the disk.
    let file = OpenOptions::new().append(true).open(&log).unwrap();
    file.set_len(200 * 1024 * 1024).unwrap();
    append(&log, "\n{\"id\":2}\n");
    let mut followed = Followed::of(&log);
    followed.expect(&["{\"id\":1}", "{\"id\":2}"]);
    let [error] = &followed.errors[..] else { panic!("{:?}", followed.errors) };
    assert_eq!((error.line, error.kind()), (Some(2), ProblemKind::MalformedFile));
}

#[test]
fn a_renamed_file_is_read_to_its_end_before_its_successor() {
    let (folder, log) = folder();
    append(&log, "{\"id\":1}\n");
    let mut followed = Followed::of(&log);
    followed.expect(&["{\"id\":1}"]);
    let mut writer = OpenOptions::new().append(true).open(&log).unwrap();
    fs::rename(&log, folder.path().join("audit_json.log.1")).unwrap();
    append(&log, "{\"id\":4}\n");
    // The writer has not noticed yet.
    writer.write_all(b"{\"id\":2}\n{\"id\":3}\n").unwrap();
    followed.expect(&["{\"id\":2}", "{\"id\":3}", "{\"id\":4}"]);
    writer.write_all(b"{\"id\":5}\n").unwrap();
    followed.expect(&["{\"id\":5}"]);
    assert!(followed.errors.is_empty(), "{:?}", followed.errors);
}

#[test]
fn a_file_that_is_cut_is_read_from_its_start() {
    let (_folder, log) = folder();
    append(&log, "{\"id\":1}\n{\"id\":2}\n");
    let mut followed = Followed::of(&log);
    followed.expect(&["{\"id\":1}", "{\"id\":2}"]);
    File::create(&log).unwrap();
    append(&log, "{\"id\":3}\n");
    followed.expect(&["{\"id\":3}"]);
    // It is longer than before when somebody looks again, and begins otherwise.
    File::create(&log).unwrap();
    append(&log, "{\"id\":4}\n{\"id\":5}\n{\"id\":6}\n");
    followed.expect(&["{\"id\":4}", "{\"id\":5}", "{\"id\":6}"]);
    assert!(followed.errors.is_empty(), "{:?}", followed.errors);
}

/// What logrotate does to GitLab's logs, with one of these endings for the copy.
fn copy_and_truncate(log: &Path, ending: &str) {
    let copy = PathBuf::from(format!("{}{ending}", log.display()));
    let text = fs::read(log).unwrap();
    match ending {
        ".1" => fs::write(copy, text).unwrap(),
        ".1.gz" => {
            let mut packed = GzEncoder::new(File::create(copy).unwrap(), Compression::fast());
            packed.write_all(&text).unwrap();
            packed.finish().unwrap();
        }
        _ => fs::write(copy, zstd::encode_all(&text[..], 1).unwrap()).unwrap(),
    }
    File::create(log).unwrap();
}

#[test]
fn what_was_written_just_before_a_copied_file_was_cut_is_read_in_the_copy() {
    for ending in [".1", ".1.gz", "-20260301.zst"] {
        let (_folder, log) = folder();
        append(&log, "{\"id\":1}\n{\"id\":2}\n{\"id\":");
        let mut followed = Followed::of(&log);
        followed.expect(&["{\"id\":1}", "{\"id\":2}"]);
        // Nobody looks before the file is cut.
        append(&log, "3}\nrubbish\n{\"id\":4}\n");
        fs::write(log.with_extension("log.2"), "{\"id\":-1}\n{\"id\":-2}\n{\"id\":-3}\n").unwrap();
        copy_and_truncate(&log, ending);
        append(&log, "{\"id\":5}\n");
        followed.expect(&["{\"id\":3}", "{\"id\":4}", "{\"id\":5}"]);
        append(&log, "{\"id\":6}\n");
        followed.expect(&["{\"id\":6}"]);
        let [error] = &followed.errors[..] else { panic!("{:?}", followed.errors) };
        assert_eq!((error.line, error.kind()), (Some(4), ProblemKind::MalformedFile), "{ending}");
        assert!(error.to_string().contains(ending), "{error}");
    }
}

#[test]
fn a_file_copied_cut_and_compressed_while_nobody_was_looking_is_read_to_its_end() {
    let (_folder, log) = folder();
    let state = TempDir::new().unwrap();
    append(&log, "{\"id\":1}\n");
    let mut followed = Followed::with(&log, Some(state.path()));
    followed.expect(&["{\"id\":1}"]);
    followed.files.save_now().unwrap();
    drop(followed);
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
    let mut followed = Followed::with(&log, Some(state.path()));
    followed.expect(&["{\"id\":2}", "{\"id\":3}", "{\"id\":4}", "{\"id\":5}"]);
    followed.files.save_now().unwrap();
    drop(followed);
    append(&log, "{\"id\":6}\n");
    Followed::with(&log, Some(state.path())).expect(&["{\"id\":6}"]);
}

#[test]
fn a_file_renamed_and_compressed_while_nobody_was_looking_is_read_to_its_end() {
    let (_folder, log) = folder();
    let state = TempDir::new().unwrap();
    append(&log, "{\"id\":1}\n");
    let mut followed = Followed::with(&log, Some(state.path()));
    followed.expect(&["{\"id\":1}"]);
    followed.files.save_now().unwrap();
    drop(followed);
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
fn a_file_cut_in_the_middle_of_an_event_is_told() {
    let (_folder, log) = folder();
    append(&log, "{\"id\":1}\n{\"id\":");
    let mut followed = Followed::of(&log);
    followed.expect(&["{\"id\":1}"]);
    File::create(&log).unwrap();
    append(&log, "{\"a\":1}\n");
    followed.expect(&["{\"a\":1}"]);
    assert_eq!(followed.errors.len(), 1);
    assert!(followed.errors[0].to_string().contains("cut in the middle"), "{}", followed.errors[0]);
}

#[test]
fn a_link_that_is_switched_leads_to_the_other_file() {
    let (folder, log) = folder();
    let (one, two) = (folder.path().join("1"), folder.path().join("2"));
    append(&one, "{\"id\":1}\n");
    append(&two, "{\"id\":2}\n");
    std::os::unix::fs::symlink(&one, &log).unwrap();
    let mut followed = Followed::of(&log);
    followed.expect(&["{\"id\":1}"]);
    std::os::unix::fs::symlink(&two, folder.path().join("next")).unwrap();
    fs::rename(folder.path().join("next"), &log).unwrap();
    followed.expect(&["{\"id\":2}"]);
}

#[test]
fn rotation_while_somebody_writes_loses_nothing() {
    const EVENTS: u64 = 2_000;
    let (folder, log) = folder();
    File::create(&log).unwrap();
    let mut followed = Followed::of(&log);
    let writer = thread::spawn({
        let (folder, log) = (folder.path().to_owned(), log.clone());
        move || {
            for number in 0..EVENTS {
                append(&log, &format!("{{\"id\":{number}}}\n"));
                if number % 500 == 499 {
                    fs::rename(&log, folder.join(format!("old.{number}"))).unwrap();
                }
                thread::yield_now();
            }
        }
    });
    // A rotation that comes and goes between two looks is found only where the old name is followed too, so this reader
    // looks at all names.
    let mut all = Followed::of(folder.path().join("*"));
    eventually("all events", || {
        all.read();
        followed.read();
        all.texts.len() as u64 >= EVENTS
    });
    writer.join().unwrap();
    let mut numbers: Vec<u64> = all
        .texts
        .iter()
        .map(|text| serde_json::from_str::<serde_json::Value>(text).unwrap()["id"].as_u64().unwrap())
        .collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (0..EVENTS).collect::<Vec<u64>>());
}

#[test]
fn reading_goes_on_where_it_was_after_a_restart() {
    let (_folder, log) = folder();
    let state = TempDir::new().unwrap();
    append(&log, "{\"id\":1}\n[{\"id\":2},\n{\"id\":3},");
    let mut followed = Followed::with(&log, Some(state.path()));
    followed.expect(&["{\"id\":1}", "{\"id\":2}", "{\"id\":3}"]);
    followed.files.save_now().unwrap();
    drop(followed);
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
    let mut followed = Followed::with(&log, Some(state.path()));
    followed.expect(&["{\"id\":1}"]);
    followed.files.save_now().unwrap();
    drop(followed);
    append(&log, "{\"id\":2}\n");
    fs::rename(&log, folder.path().join("audit_json.log.1")).unwrap();
    append(&log, "{\"id\":3}\n");
    Followed::with(&log, Some(state.path())).expect(&["{\"id\":2}", "{\"id\":3}"]);
}

#[test]
fn damaged_positions_and_another_file_in_the_place_are_read_from_the_start() {
    let (_folder, log) = folder();
    let state = TempDir::new().unwrap();
    let positions = state.path().join("followed-files.json");
    append(&log, "{\"id\":1}\n");
    let mut followed = Followed::with(&log, Some(state.path()));
    followed.expect(&["{\"id\":1}"]);
    followed.files.save_now().unwrap();
    drop(followed);
    let saved = fs::read(&positions).unwrap();
    for damaged in [&b"garbage"[..], b"", b"[{\"path\":1}]", b"[null]", &saved[..saved.len() / 2]] {
        fs::write(&positions, damaged).unwrap();
        Followed::with(&log, Some(state.path())).expect(&["{\"id\":1}"]);
    }
    fs::write(&positions, saved).unwrap();
    fs::write(&log, "{\"id\":7}\n{\"id\":8}\n").unwrap();
    Followed::with(&log, Some(state.path())).expect(&["{\"id\":7}", "{\"id\":8}"]);
}

#[test]
fn a_folder_is_followed_with_the_files_that_come_later_and_without_compressed_ones() {
    let (folder, _) = folder();
    let month = folder.path().join("project/2026/02");
    fs::create_dir_all(&month).unwrap();
    append(&month.join("member_created_1_1770000000000.json"), "{\"id\":1}");
    append(&folder.path().join("old.log.2.gz"), "not looked at");
    append(&folder.path().join("README"), "not looked at");
    let mut followed = Followed::of(folder.path());
    followed.expect(&["{\"id\":1}"]);
    append(&month.join("member_created_2_1770000000001.json"), "{\"id\":2}");
    followed.expect(&["{\"id\":2}"]);
    assert!(followed.errors.is_empty(), "{:?}", followed.errors);
}

#[test]
fn more_files_than_may_be_open_are_all_followed() {
    let (folder, _) = folder();
    let path = |number: usize| folder.path().join(format!("{number:04}.json"));
    for number in 0..600 {
        append(&path(number), &format!("{{\"id\":{number}}}"));
    }
    let mut followed = Followed::of(folder.path());
    let expected: Vec<_> = (0..600).map(|number| format!("{{\"id\":{number}}}")).collect();
    followed.expect(&expected.iter().map(String::as_str).collect::<Vec<_>>());
    for number in [0, 599] {
        append(&path(number), "\n{\"more\":1}");
    }
    followed.expect(&["{\"more\":1}", "{\"more\":1}"]);
    assert!(followed.errors.is_empty(), "{:?}", followed.errors);
}
