//! Any file, plain or compressed: reading ends, every event is one, places only go forward.
#![no_main]

use std::fs;

use intake::InputFiles;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|content: &[u8]| {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.json");
    fs::write(&path, content).unwrap();
    let mut last_line = 1;
    for found in InputFiles::find([&path]).unwrap().events() {
        let line = match &found {
            Ok(event) => {
                let json = event.event.json.as_bytes();
                let mut again = audit_event::events(json);
                assert_eq!(again.next(), Some(Ok(&*event.event.json)));
                assert_eq!(again.next(), None);
                Some(event.line)
            }
            Err(error) => error.line,
        };
        assert!(line.is_none_or(|line| line >= last_line));
        last_line = line.unwrap_or(last_line);
    }
});
