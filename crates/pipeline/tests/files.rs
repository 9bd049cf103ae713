//! A pipeline that reads files gives their events, reports what is broken, and ends.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use audit_event::{EventIndex, FieldValue, field};
use pipeline::{Batch, BatchLimits, EnrichedEvent, Pipeline, Settings, Source};
use tempfile::TempDir;

fn all_events(path: &Path) -> Vec<EnrichedEvent> {
    let settings = Settings::default();
    let source = Source::from_open_params(path.to_str().unwrap(), &settings).unwrap();
    let mut pipeline = Pipeline::start(&settings, &source).unwrap();
    let mut all = Vec::new();
    for _ in 0..1000 {
        match pipeline.next_batch(BatchLimits { events: 2, bytes: 1 << 20 }, Duration::ZERO) {
            Batch::Events(events) => all.extend(events),
            Batch::Nothing => {}
            Batch::End => return all,
        }
    }
    panic!("the files do not end");
}

fn text(event: &EnrichedEvent, name: &str) -> Option<String> {
    let mut index = EventIndex::default();
    match field(name).unwrap().extract(&index.parse(&event.json).unwrap(), None)? {
        FieldValue::Text(text) => Some(text.into_owned()),
        FieldValue::Number(number) => Some(number.to_string()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_folder_is_read_once_file_by_file() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("a.ndjson"), "{\"id\":1}\n{\"id\":2}\n{\"id\":3}\n").unwrap();
    fs::write(folder.path().join("b.json"), "[{\"id\":4},{\"id\":5}]").unwrap();
    let events = all_events(folder.path());
    let ids: Vec<_> = events.iter().map(|event| text(event, "gitlab.event_id").unwrap()).collect();
    assert_eq!(ids, ["1", "2", "3", "4", "5"]);
    assert!(events.iter().all(|event| text(event, "gitlab.origin").as_deref() == Some("file")));
}

#[test]
fn every_broken_line_is_counted_in_what_is_reported() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("audit.ndjson");
    fs::write(&path, "{\"id\":1}\nrubbish\n{\"id\":2}\nnull\nrubbish\n").unwrap();
    let events = all_events(&path);
    let (problems, genuine): (Vec<_>, Vec<_>) =
        events.iter().partition(|event| text(event, "gitlab.event_type").as_deref() == Some("pluginerror"));
    assert_eq!(genuine.len(), 2);
    let counts: Vec<u64> =
        problems.iter().map(|event| text(event, "gitlab.pluginerror.count").unwrap().parse().unwrap()).collect();
    assert_eq!(counts.iter().sum::<u64>(), 3);
    let first = text(problems[0], "gitlab.pluginerrormessage").unwrap();
    assert!(first.contains("audit.ndjson") && first.contains('2'), "file and line: {first}");
}

#[test]
fn what_is_read_broken_and_ignored_is_counted() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("audit.ndjson");
    fs::write(&path, "{\"id\":1}\nrubbish\n{\"event_type\":\"project_created\"}\n{\"id\":2}\n").unwrap();
    for url in [path.display().to_string(), format!("file://{}", path.display())] {
        let settings = Settings::from_init_config(r#"{"Ignore": "gitlab.event_type = project_created"}"#).unwrap();
        let mut pipeline = Pipeline::start(&settings, &Source::from_open_params(&url, &settings).unwrap()).unwrap();
        let mut ids = Vec::new();
        while ids.len() < 2 {
            if let Batch::Events(events) =
                pipeline.next_batch(BatchLimits { events: 10, bytes: 1 << 20 }, Duration::from_secs(1))
            {
                assert!(events.iter().all(|event| !event.json.contains("project_created")));
                ids.extend(events.iter().filter_map(|event| text(event, "gitlab.event_id")));
            }
        }
        assert_eq!(ids, ["1", "2"]);
        let metrics = pipeline.metrics().read();
        let metric = |name| metrics.iter().find(|metric| metric.name == name).unwrap().value;
        assert_eq!(["events_received", "events_rejected_malformed", "events_ignored"].map(metric), [4, 1, 1], "{url}");
        assert_eq!(metric("events_delivered"), 2);
    }
}

#[test]
fn a_file_that_is_not_there_stops_the_start() {
    let settings = Settings::default();
    let source = Source::from_open_params("/nonexistent/audit.ndjson", &settings).unwrap();
    let error = Pipeline::start(&settings, &source).err().unwrap().to_string();
    assert!(error.starts_with("open_params: ") && error.contains("/nonexistent/audit.ndjson"), "{error}");
}

#[test]
fn a_followed_file_is_read_as_it_grows_and_on_from_there_after_a_restart() {
    let (folder, state) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let log = folder.path().join("audit_json.log");
    let settings = Settings { state_dir: Some(state.path().to_owned()), ..Settings::default() };
    let source = Source::from_open_params(&format!("file://{}", log.display()), &settings).unwrap();
    let next_id = |pipeline: &mut Pipeline| loop {
        match pipeline.next_batch(BatchLimits { events: 1, bytes: 1 << 20 }, Duration::from_secs(1)) {
            Batch::Events(events) => return text(&events[0], "gitlab.event_id").unwrap(),
            Batch::Nothing => {}
            Batch::End => panic!("it ends"),
        }
    };
    let append = |text: &str| {
        let mut file = fs::OpenOptions::new().create(true).append(true).open(&log).unwrap();
        file.write_all(text.as_bytes()).unwrap();
    };
    append("{\"id\":1}\n");
    let mut pipeline = Pipeline::start(&settings, &source).unwrap();
    assert_eq!(next_id(&mut pipeline), "1");
    append("{\"id\":2}\n");
    assert_eq!(next_id(&mut pipeline), "2");
    pipeline.stop_receiving();
    assert_eq!(pipeline.next_batch(BatchLimits { events: 1, bytes: 1 << 20 }, Duration::ZERO), Batch::End);
    drop(pipeline);
    append("{\"id\":3}\n");
    let mut pipeline = Pipeline::start(&settings, &source).unwrap();
    assert_eq!(next_id(&mut pipeline), "3");
}
