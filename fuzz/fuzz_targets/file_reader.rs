//! Any file, plain or compressed: reading ends, every event is one, places only go forward, and chunks hold the same events.
#![no_main]

use std::fs;

use intake::{FileChunk, InputFiles};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|content: &[u8]| {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.json");
    fs::write(&path, content).unwrap();
    let (mut last_line, mut events) = (1, Vec::new());
    for found in InputFiles::find([&path]).unwrap().events() {
        let line = match found {
            Ok(event) => {
                let json = event.event.json;
                let mut again = audit_event::events(json.as_bytes());
                assert_eq!(again.next(), Some(Ok(&*json)));
                assert_eq!(again.next(), None);
                events.push(json);
                Some(event.line)
            }
            Err(error) => error.line,
        };
        assert!(line.is_none_or(|line| line >= last_line));
        last_line = line.unwrap_or(last_line);
    }
    // Chunks leave out events that no index can hold.
    let (mut chunk, mut events) = (FileChunk::default(), events.iter());
    let mut files = InputFiles::find([&path]).unwrap().events();
    while files.read_chunk(&mut chunk) {
        for (json, _) in chunk.events() {
            assert!(events.any(|event| **event == *json));
        }
    }
});
