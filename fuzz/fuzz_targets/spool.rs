//! Any change to a segment of the spool: it is read to its end, nothing panics, and what is still whole is delivered.
#![no_main]

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use intake::{
    BatchLimits, Inbox, InboxSettings, Receiver, Secret, Settings, SpoolSettings, StateDirectory, Taken,
    VerificationToken,
};
use libfuzzer_sys::fuzz_target;

const TOKEN: &str = "aB+/5678901234567890";
const SEGMENT: &str = "spool/saved-0000000000000001.segment";

/// A segment with three events.
static SOUND: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let inbox = Arc::new(open(folder.path()));
    let token = VerificationToken { secret: Secret::new(TOKEN).unwrap(), instance: Some("eu".into()) };
    let settings = Settings::new("http://127.0.0.1:0/".parse().unwrap(), vec![token]);
    let receiver = Receiver::start(settings, Arc::clone(&inbox)).unwrap();
    let body = r#"[{"id":1,"event_type":"a"},{"id":2},{"id":"3"}]"#;
    let mut stream = TcpStream::connect(receiver.local_address()).unwrap();
    write!(
        stream,
        "POST / HTTP/1.1\r\nHost: x\r\nX-Gitlab-Event-Streaming-Token: {TOKEN}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    assert!(stream.read(&mut [0; 1024]).unwrap() > 0);
    receiver.stop();
    fs::read(folder.path().join(SEGMENT)).unwrap()
});

fuzz_target!(|changes: &[u8]| {
    let mut segment = SOUND.clone();
    let (edits, rest) = changes.split_at(changes.len() / 2);
    for edit in edits.chunks_exact(3) {
        let place = usize::from(u16::from_le_bytes([edit[0], edit[1]])) % segment.len();
        match edit[2] {
            0 => segment.truncate(place.max(1)),
            1 => segment.extend_from_within(place..),
            byte => segment[place] = byte,
        }
    }
    segment.extend_from_slice(rest);
    let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap();
    fs::create_dir(folder.path().join("spool")).unwrap();
    fs::write(folder.path().join(SEGMENT), &segment).unwrap();
    // Twice: what the first life cuts away must not confuse the second.
    for _ in 0..2 {
        let Some(inbox) = try_open(folder.path()) else { return };
        let (mut batch, limits) = (Vec::new(), BatchLimits { events: 1, bytes: 1 });
        while inbox.take(&mut batch, limits, Duration::ZERO) == Taken::Events {}
        assert!(batch.iter().map(|event| event.json.len()).sum::<usize>() <= segment.len());
    }
});

fn open(state: &Path) -> Inbox {
    try_open(state).unwrap()
}

/// None for a segment that says it is of another version.
fn try_open(state: &Path) -> Option<Inbox> {
    let state = Arc::new(StateDirectory::open(state).unwrap());
    let spool = Some(SpoolSettings { state, max_bytes: 1 << 20 });
    Inbox::start(InboxSettings { spool, ..InboxSettings::default() }).ok()
}
