//! A pipeline as its operators see it: health, metrics, silence.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use audit_event::{EventIndex, FieldValue, field};
use pipeline::{Batch, BatchLimits, EnrichedEvent, Pipeline, Settings, Source};

const LIMITS: BatchLimits = BatchLimits { events: 10, bytes: 1 << 20 };

fn start(init_config: &str, change: impl FnOnce(&mut Settings)) -> Pipeline {
    let mut settings = Settings::from_init_config(init_config).unwrap();
    change(&mut settings);
    let source = Source::from_open_params("http://127.0.0.1:0/", &settings).unwrap();
    Pipeline::start(&settings, &source).unwrap()
}

fn request(address: SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    #[expect(clippy::disallowed_methods, reason = "the server is ours")]
    stream.read_to_string(&mut answer).unwrap();
    answer
}

fn get(pipeline: &Pipeline, path: &str) -> String {
    request(pipeline.admin_address().unwrap(), &format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
}

fn post(pipeline: &Pipeline, token: &str) {
    let head = "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 2\r\n";
    let token = format!("X-Gitlab-Event-Streaming-Token: {token}\r\n");
    let answer = request(pipeline.local_address().unwrap(), &format!("{head}{token}\r\n{{}}"));
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
}

fn text(event: &EnrichedEvent, name: &str) -> Option<String> {
    let mut index = EventIndex::default();
    match field(name).unwrap().extract(&index.parse(&event.json).unwrap(), None)? {
        FieldValue::Text(text) => Some(text.into_owned()),
        FieldValue::Number(number) => Some(number.to_string()),
        other => panic!("{other:?}"),
    }
}

/// The next event.
fn next(pipeline: &mut Pipeline) -> EnrichedEvent {
    let deadline = Instant::now() + Duration::from_secs(30);
    while Instant::now() < deadline {
        if let Batch::Events(mut events) = pipeline.next_batch(LIMITS, Duration::from_millis(10)) {
            assert_eq!(events.len(), 1, "{events:?}");
            return events.remove(0);
        }
    }
    panic!("no event comes");
}

#[test]
fn health_and_metrics_follow_the_pipeline_to_its_end() {
    let token = "abcdefghijklmnop";
    let mut pipeline = start(&format!(r#"{{"VerificationToken": "{token}", "AdminAddress": "127.0.0.1:0"}}"#), |_| {});
    assert!(get(&pipeline, "/readyz").starts_with("HTTP/1.1 200 "));
    post(&pipeline, token);
    next(&mut pipeline);
    assert!(get(&pipeline, "/metrics").contains("\nfalco_gitlab_delivery_seconds_count 1\n"));
    pipeline.stop_receiving();
    assert!(get(&pipeline, "/readyz").starts_with("HTTP/1.1 503 "));
    assert!(get(&pipeline, "/healthz").starts_with("HTTP/1.1 200 "));
    assert_eq!(pipeline.next_batch(LIMITS, Duration::ZERO), Batch::End);
}

#[test]
fn what_is_counted_is_the_same_in_falco_and_in_prometheus() {
    let pipeline = start(r#"{"VerificationToken": "abcdefghijklmnop", "AdminAddress": "127.0.0.1:0"}"#, |_| {});
    let page = get(&pipeline, "/metrics");
    for metric in pipeline.metrics().read() {
        let name = format!("falco_gitlab_{}", metric.name);
        assert!(page.contains(&format!("\n{name} ")) || page.contains(&format!("\n{name}_total ")), "{name}");
    }
}

#[test]
fn a_silent_instance_is_named_and_one_that_speaks_is_not() {
    let tokens = r#"{"VerificationTokens": {"eu": "abcdefghijklmnop", "us": "ponmlkjihgfedcba"}}"#;
    let mut pipeline = start(tokens, |settings| settings.max_silence = Some(Duration::from_millis(300)));
    let started = Instant::now();
    let mut silent = None;
    while silent.is_none() {
        assert!(started.elapsed() < Duration::from_secs(30));
        post(&pipeline, "abcdefghijklmnop");
        if let Batch::Events(events) = pipeline.next_batch(LIMITS, Duration::from_millis(10)) {
            silent = events.into_iter().find(|event| text(event, "gitlab.event_type").is_some());
        }
    }
    let silent = silent.unwrap();
    assert!(started.elapsed() >= Duration::from_millis(300));
    assert_eq!(text(&silent, "gitlab.event_type").as_deref(), Some("pluginerror"));
    assert_eq!(text(&silent, "gitlab.pluginerror.kind").as_deref(), Some("stream_silent"));
    assert_eq!(text(&silent, "gitlab.pluginerror.count").as_deref(), Some("1"));
    assert_eq!(text(&silent, "gitlab.instance").as_deref(), Some("us"));
    assert!(text(&silent, "gitlab.pluginerrormessage").unwrap().contains("token of us"));
}

#[test]
fn files_that_nobody_writes_into_are_silent_too() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("audit_json.log");
    std::fs::write(&log, "{\"id\":1}\n").unwrap();
    let settings = Settings { max_silence: Some(Duration::from_millis(300)), ..Settings::default() };
    let source = Source::from_open_params(&format!("file://{}", log.display()), &settings).unwrap();
    let mut pipeline = Pipeline::start(&settings, &source).unwrap();
    assert_eq!(text(&next(&mut pipeline), "gitlab.event_id").as_deref(), Some("1"));
    let silent = next(&mut pipeline);
    assert_eq!(text(&silent, "gitlab.pluginerror.kind").as_deref(), Some("stream_silent"));
    assert!(text(&silent, "gitlab.pluginerrormessage").unwrap().contains("followed files"));
}

#[test]
fn an_admin_address_that_cannot_be_had_stops_the_start_and_names_its_key() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let config =
        format!(r#"{{"VerificationToken": "abcdefghijklmnop", "AdminAddress": "{}"}}"#, taken.local_addr().unwrap());
    let settings = Settings::from_init_config(&config).unwrap();
    let source = Source::from_open_params("http://127.0.0.1:0/", &settings).unwrap();
    let error = Pipeline::start(&settings, &source).err().unwrap().to_string();
    assert!(error.starts_with("AdminAddress: "), "{error}");
    for wrong in ["https://127.0.0.1:1", "127.0.0.1:1/metrics", "::1:1"] {
        let error = Settings::from_init_config(&format!(r#"{{"AdminAddress": "{wrong}"}}"#)).unwrap_err().to_string();
        assert!(error.starts_with("AdminAddress: "), "{error}");
    }
}
