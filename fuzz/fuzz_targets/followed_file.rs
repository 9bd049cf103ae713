//! Any file written in any portions, and followed by a process that is restarted after each: no panic, every event is one,
//! and none comes out twice.
#![no_main]

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use intake::{FollowedFiles, StateDirectory};
use libfuzzer_sys::fuzz_target;

fn read_on(path: &Path, state: &Path) -> Vec<String> {
    let state = Arc::new(StateDirectory::open(state).unwrap());
    let mut followed = FollowedFiles::open(path, Some(state)).unwrap();
    let found = std::iter::from_fn(|| followed.next_event()).flatten().map(|event| event.event.json.into()).collect();
    followed.save_now().unwrap();
    found
}

fuzz_target!(|portions: Vec<Vec<u8>>| {
    let folder = tempfile::tempdir().unwrap();
    let (path, state) = (folder.path().join("events.json"), folder.path().join("state"));
    let mut file = OpenOptions::new().create(true).append(true).open(&path).unwrap();
    let mut marks = 0;
    for portion in &portions {
        file.write_all(portion).unwrap();
        let mut found = read_on(&path, &state);
        for event in &found {
            assert_eq!(audit_event::events(event.as_bytes()).next(), Some(Ok(event.as_str())));
        }
        file.write_all(b"\n{\"mark\":1}\n").unwrap();
        found = read_on(&path, &state);
        marks += found.iter().filter(|event| event.as_str() == "{\"mark\":1}").count();
    }
    let written = portions.concat().windows(10).filter(|window| *window == b"{\"mark\":1}").count();
    assert!(marks <= portions.len() + written);
});
