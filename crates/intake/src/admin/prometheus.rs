//! What is counted, in Prometheus' text format 0.0.4.

use std::fmt::Write as _;
use std::time::Instant;

use crate::inbox::Inbox;
use crate::instances::InstanceActivity;
use crate::latency::LatencyCounts;
use crate::metrics::MetricKind;

pub(super) const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

const PREFIX: &str = "falco_gitlab_";

/// Everything the inbox knows.
pub(super) fn text(inbox: &Inbox) -> String {
    let mut page = Page(String::new());
    page.family("build_info", "The version that runs.", "gauge");
    page.sample("build_info", Some(("version", env!("CARGO_PKG_VERSION"))), 1);
    for metric in inbox.metrics() {
        let (name, kind) = match metric.kind {
            // Prometheus' names of counters end so.
            MetricKind::Monotonic => (format!("{}_total", metric.name), "counter"),
            MetricKind::Gauge => (metric.name.to_owned(), "gauge"),
        };
        page.family(&name, metric.description, kind);
        page.sample(&name, None, metric.value);
    }
    page.instances(&inbox.instances());
    for (name, description, counts) in inbox.latencies() {
        page.histogram(name, description, &counts);
    }
    page.0
}

struct Page(String);

impl Page {
    fn family(&mut self, name: &str, description: &str, kind: &str) {
        // Writing to a string cannot fail.
        _ = writeln!(self.0, "# HELP {PREFIX}{name} {}", escaped(description, Quotes::Plain));
        _ = writeln!(self.0, "# TYPE {PREFIX}{name} {kind}");
    }

    fn sample(&mut self, name: &str, label: Option<(&str, &str)>, value: u64) {
        _ = match label {
            Some((label, text)) => {
                writeln!(self.0, "{PREFIX}{name}{{{label}=\"{}\"}} {value}", escaped(text, Quotes::Escaped))
            }
            None => writeln!(self.0, "{PREFIX}{name} {value}"),
        };
    }

    fn instances(&mut self, instances: &[InstanceActivity]) {
        let name = |instance: &InstanceActivity| instance.name.as_deref().unwrap_or_default().to_owned();
        self.family("instance_events_total", "Events that came, by the name of their token.", "counter");
        for instance in instances {
            self.sample("instance_events_total", Some(("instance", &name(instance))), instance.events);
        }
        self.family("instance_silence_seconds", "Seconds since the last event, by the name of its token.", "gauge");
        for instance in instances {
            if let Some(last) = instance.last_arrival {
                let seconds = Instant::now().saturating_duration_since(last).as_secs();
                self.sample("instance_silence_seconds", Some(("instance", &name(instance))), seconds);
            }
        }
    }

    fn histogram(&mut self, name: &str, description: &str, counts: &LatencyCounts) {
        self.family(name, description, "histogram");
        let bucket = format!("{name}_bucket");
        for (bound, count) in &counts.at_most {
            self.sample(&bucket, Some(("le", bound)), *count);
        }
        self.sample(&bucket, Some(("le", "+Inf")), counts.count);
        _ = writeln!(self.0, "{PREFIX}{name}_sum {}", counts.sum.as_secs_f64());
        self.sample(&format!("{name}_count"), None, counts.count);
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Quotes {
    Plain,
    Escaped,
}

/// Text that can neither end its line nor, as a label, its quotes.
fn escaped(text: &str, quotes: Quotes) -> String {
    let text = text.replace('\\', "\\\\").replace('\n', "\\n");
    if quotes == Quotes::Escaped { text.replace('"', "\\\"") } else { text }
}
