//! Files that are read while they are written.
#![cfg(unix)]

use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use flate2::Compression;
use flate2::write::GzEncoder;
use intake::{FileError, FollowedFiles, ProblemKind, StateDirectory};
use rustix::fs::{CWD, Mode, mkfifoat};
use tempfile::TempDir;

use crate::server::eventually;

mod restart;
mod rotation;

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
