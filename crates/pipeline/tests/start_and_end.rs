//! In which order a pipeline opens and closes what it has, so that nothing is lost between two of them.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use std::fs::File;
use std::io::Read as _;
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::sync_channel;
use std::thread;
use std::time::{Duration, Instant};

use intake::StateDirectory;
use pipeline::{Pipeline, Settings, Source};
use rustix::fs::{CWD, Mode, mkfifoat};
use tempfile::TempDir;

const TOKEN: &str = r#""VerificationToken": "abcdefghijklmnop""#;

#[test]
fn the_state_directory_is_held_until_the_last_snapshot_of_the_trackers_is_written() {
    let folder = TempDir::new().unwrap();
    let followed = format!("file://{}", folder.path().join("audit_json.log").display());
    for source in ["http://127.0.0.1:0/", &followed] {
        let state = TempDir::new().unwrap();
        let settings = Settings::from_init_config(&format!(r#"{{{TOKEN}, "AdminAddress": "127.0.0.1:0"}}"#)).unwrap();
        let settings = Settings { state_dir: Some(state.path().to_owned()), ..settings };
        let source = Source::from_open_params(source, &settings).unwrap();
        let pipeline = Pipeline::start(&settings, &source).unwrap();
        let admin = pipeline.admin_address().unwrap();
        // Whoever writes into this pipe waits for somebody to read it.
        let snapshot = state.path().join("trackers.snapshot.new");
        mkfifoat(CWD, &snapshot, Mode::RUSR | Mode::WUSR).unwrap();
        let end = thread::spawn(move || drop(pipeline));
        let deadline = Instant::now() + Duration::from_secs(30);
        while TcpStream::connect(admin).is_ok() {
            assert!(Instant::now() < deadline, "it does not end");
            thread::yield_now();
        }
        assert!(StateDirectory::open(state.path()).is_err(), "{source:?}: a snapshot is yet to be written");
        let (opened, is_opened) = sync_channel(1);
        thread::spawn(move || opened.send(File::open(snapshot)));
        let pipe = is_opened.recv_timeout(Duration::from_secs(30)).expect("a snapshot is written").unwrap();
        let mut written = Vec::new();
        #[expect(clippy::disallowed_methods, reason = "a MiB at most")]
        pipe.take(1 << 20).read_to_end(&mut written).unwrap();
        assert!(written.starts_with(b"GLTRACK"));
        end.join().unwrap();
        StateDirectory::open(state.path()).unwrap();
    }
}

#[test]
fn a_tracker_that_cannot_work_stops_the_start_before_the_port_is_opened() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let tracker = r#"{"Name": "x", "Kind": "count", "Condition": "gitlab.nonsense = 1", "Window": "1m"}"#;
    for admin in ["127.0.0.1:0".to_owned(), address.to_string()] {
        let config = format!(r#"{{{TOKEN}, "AdminAddress": "{admin}", "Trackers": [{tracker}]}}"#);
        let settings = Settings::from_init_config(&config).unwrap();
        let source = Source::from_open_params(&format!("http://{address}/"), &settings).unwrap();
        let error = Pipeline::start(&settings, &source).err().unwrap().to_string();
        assert!(error.starts_with("Trackers: "), "{error}");
    }
}

#[test]
fn a_second_pipeline_that_does_not_start_leaves_what_the_first_one_keeps_as_it_is() {
    let (state, folder) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let settings = Settings { state_dir: Some(state.path().to_owned()), ..Settings::default() };
    let log = folder.path().join("audit_json.log");
    let source = Source::from_open_params(&format!("file://{}", log.display()), &settings).unwrap();
    let first = Pipeline::start(&settings, &source).unwrap();
    let error = Pipeline::start(&settings, &source).err().unwrap().to_string();
    assert!(error.starts_with("StateDir: "), "{error}");
    assert!(!state.path().join("trackers.snapshot").exists());
    drop(first);
    assert!(state.path().join("trackers.snapshot").exists());
}
