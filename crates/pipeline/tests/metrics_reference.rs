//! docs/operations.md lists every metric of a pipeline that has everything switched on.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::time::Duration;
use std::{env, fs};

use pipeline::{BatchLimits, Pipeline, Settings, Source};
use tempfile::TempDir;

const BEGIN: &str = "<!-- generated from the metrics of a running pipeline: begin -->\n";
const END: &str = "<!-- generated: end -->";

#[test]
fn docs_operations_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/operations.md");
    let page = fs::read_to_string(&path).unwrap();
    let (before, rest) = page.split_once(BEGIN).unwrap();
    let (_, after) = rest.split_once(END).unwrap();
    let expected = format!("{before}{BEGIN}{}{END}{after}", table(&metrics_with_everything()));
    if env::var_os("UPDATE").is_some() {
        fs::write(&path, expected).unwrap();
    } else {
        assert_eq!(page, expected, "run the tests with UPDATE=1 to write docs/operations.md anew");
    }
}

#[test]
fn no_pipeline_has_a_metric_that_docs_operations_does_not_list() {
    let listed = table(&metrics_with_everything());
    let (state, folder) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let log = folder.path().join("audit.ndjson");
    fs::write(&log, "{\"id\":1}\nrubbish\n").unwrap();
    let plain = settings();
    let with_state = Settings { state_dir: Some(state.path().to_owned()), ..settings() };
    let followed = format!("file://{}", log.display());
    for (settings, source) in [
        (&plain, "http://127.0.0.1:0/"),
        (&plain, log.to_str().unwrap()),
        (&plain, followed.as_str()),
        (&with_state, followed.as_str()),
        (&with_state, "http://127.0.0.1:0/"),
    ] {
        for row in table(&metrics(settings, source)).lines() {
            assert!(listed.contains(row), "{source}: {row}");
        }
    }
}

fn settings() -> Settings {
    Settings::from_init_config(r#"{"VerificationToken": "abcdefghijklmnop", "AdminAddress": "127.0.0.1:0"}"#).unwrap()
}

fn metrics_with_everything() -> String {
    let (secrets, state) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../intake/tests/data");
    fs::copy(data.join("ec.crt"), secrets.path().join("server.crt")).unwrap();
    fs::copy(data.join("ec.sec1.key"), secrets.path().join("server.key")).unwrap();
    let settings = Settings {
        secrets_dir: Some(secrets.path().to_owned()),
        state_dir: Some(state.path().to_owned()),
        ..settings()
    };
    let source = "https://127.0.0.1:0/";
    // What is kept from one run to the next has an age in the next one only.
    let _ = metrics(&settings, source);
    metrics(&settings, source)
}

fn metrics(settings: &Settings, source: &str) -> String {
    let source = Source::from_open_params(source, settings).unwrap();
    let mut pipeline = Pipeline::start(settings, &source).unwrap();
    let _ = pipeline.next_batch(BatchLimits { events: 10, bytes: 1 << 20 }, Duration::ZERO);
    let mut stream = TcpStream::connect(pipeline.admin_address().unwrap()).unwrap();
    stream.write_all(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    let mut answer = String::new();
    #[expect(clippy::disallowed_methods, reason = "the server is ours")]
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// The families of a page of metrics, as Markdown.
fn table(metrics: &str) -> String {
    let mut table = "| metric | kind | meaning |\n|---|---|---|\n".to_owned();
    let mut description = "";
    for line in metrics.lines() {
        if let Some(help) = line.strip_prefix("# HELP ") {
            description = help.split_once(' ').unwrap().1;
        }
        if let Some((name, kind)) = line.strip_prefix("# TYPE ").and_then(|family| family.split_once(' ')) {
            writeln!(table, "| `{name}` | {kind} | {description} |").unwrap();
        }
    }
    table
}
