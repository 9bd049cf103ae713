//! The program under test: a host that writes down what is delivered to it.

use std::env;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use audit_event::{EventIndex, FieldValue, field};
use pipeline::{Batch, BatchLimits, EnrichedEvent, MetricKind, Pipeline, Settings, Source};

pub(crate) const SETTINGS: &str = "DURABILITY_TEST_SETTINGS";
/// A folder: the program writes `deliveries` and `metrics` there, takes no events while `stall` is there, and ends in good order
/// when `stop` is.
pub(crate) const FOLDER: &str = "DURABILITY_TEST_FOLDER";

const LIMITS: BatchLimits = BatchLimits { events: 64, bytes: 1 << 20 };

#[test]
#[ignore = "it is the program that the other tests run"]
fn host() {
    thread::spawn(|| {
        // The test holds the other end. Nobody should outlive it.
        let _ = io::copy(&mut io::stdin(), &mut io::sink());
        std::process::abort();
    });
    let folder = PathBuf::from(env::var(FOLDER).unwrap());
    let settings = Settings::from_init_config(&env::var(SETTINGS).unwrap()).unwrap();
    let source = Source::from_open_params("http://127.0.0.1:0/", &settings).unwrap();
    let mut pipeline = match Pipeline::start(&settings, &source) {
        Ok(pipeline) => pipeline,
        Err(error) => return fs::write(folder.join("refusal"), error.to_string()).unwrap(),
    };
    let mut deliveries = OpenOptions::new().append(true).create(true).open(folder.join("deliveries")).unwrap();
    let port = pipeline.local_address().unwrap().port();
    write_at_once(&folder, "port", &port.to_string());
    let (stall, stop) = (folder.join("stall"), folder.join("stop"));
    let mut is_stopping = false;
    let mut index = EventIndex::default();
    loop {
        write_at_once(&folder, "metrics", &metrics(&pipeline));
        if stall.exists() {
            thread::park_timeout(Duration::from_millis(20));
            continue;
        }
        if !is_stopping && stop.exists() {
            is_stopping = true;
            pipeline.stop_receiving();
        }
        match pipeline.next_batch(LIMITS, Duration::from_millis(20)) {
            Batch::Events(events) => {
                let lines: String = events.iter().map(|event| line(event, &mut index)).collect();
                deliveries.write_all(lines.as_bytes()).unwrap();
            }
            Batch::Nothing => {}
            Batch::End => return,
        }
    }
}

/// The event's number, or what kind of problem it reports.
fn line(event: &EnrichedEvent, index: &mut EventIndex) -> String {
    let event = index.parse(&event.json).unwrap();
    let text = |name| match field(name)?.extract(&event, None) {
        Some(FieldValue::Text(text)) => Some(text.into_owned()),
        _ => None,
    };
    text("gitlab.event_id").or_else(|| text("gitlab.pluginerror.kind")).unwrap_or_default() + "\n"
}

fn metrics(pipeline: &Pipeline) -> String {
    let metrics = pipeline.metrics().read();
    let shown = metrics.iter().filter(|metric| metric.value > 0 || metric.kind == MetricKind::Gauge);
    let lines: Vec<_> = shown.map(|metric| format!("{} {}\n", metric.name, metric.value)).collect();
    lines.concat()
}

/// Writes a file that whoever reads it finds whole or not at all.
fn write_at_once(folder: &std::path::Path, name: &str, content: &str) {
    let new = folder.join(format!("{name}.new"));
    // A disk without room is what some tests are about; what is told there is told later.
    let written = File::create(&new).and_then(|mut file| file.write_all(content.as_bytes()));
    if written.is_ok() {
        fs::rename(new, folder.join(name)).unwrap();
    }
}
