//! A stand-in for Falco: loads the built `libgitlab.so` and talks to it through its C interface.
#![allow(dead_code, unused_imports, reason = "each test program uses its own part of this module")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod certificate;
mod client;
mod library;
mod places;
mod rules;

use std::ffi::CString;
use std::net::{SocketAddr, TcpListener};
use std::time::{Duration, Instant};

use falco_plugin::api::ss_plugin_rc;
use falco_plugin_runner::{CapturingPluginRunner, Event, ExtractedField, MetricValue, PluginRunner, ScapStatus};
use serde_json::{Value, json};
use tempfile::TempDir;

pub use certificate::Certificate;
pub use client::{Answer, Post};
pub use library::{Library, library_path, plugin};
pub use places::{asn_database, city_database};
pub use rules::{repository, rules_files};

/// The verification token in all tests.
pub const TOKEN: &str = "q8Vb3LxNw5RkT2Yp9ZsA6cHd";

/// Nothing on the loopback interface takes this long; a test that waits for it has failed.
const DEADLINE: Duration = Duration::from_secs(20);

/// A plugin that runs in the stand-in host and receives events.
pub struct Host {
    runner: CapturingPluginRunner,
    /// Where it receives.
    pub address: SocketAddr,
    certificate: Option<Certificate>,
}

impl Host {
    /// The plugin, receiving by HTTP.
    pub fn http() -> Self {
        Self::start(&json!({}), None)
    }

    /// The plugin, receiving by HTTPS with a certificate of its own.
    pub fn https() -> Self {
        let certificate = Certificate::new();
        Self::start(&json!({"SecretsDir": certificate.folder()}), Some(certificate))
    }

    /// The plugin, receiving by HTTP, with these settings besides.
    pub fn with(settings: &Value) -> Self {
        Self::start(settings, None)
    }

    fn start(settings: &Value, certificate: Option<Certificate>) -> Self {
        let scheme = if certificate.is_some() { "https" } else { "http" };
        // Another process may take the port between finding it free and listening on it; then try the next.
        for _ in 0..10 {
            let address = free_address();
            let mut config = json!({"VerificationToken": TOKEN, "Listen": format!("{scheme}://{address}/gitlab")});
            config.as_object_mut().unwrap().extend(settings.as_object().unwrap().clone());
            let mut runner = PluginRunner::new();
            runner.register_plugin(plugin(), &CString::new(config.to_string()).unwrap()).unwrap();
            if let Ok(runner) = runner.start_capture() {
                return Self { runner, address, certificate };
            }
        }
        panic!("the plugin did not open its source");
    }

    /// Posts a body as GitLab does and gives the answer.
    pub fn post(&self, body: &str) -> Answer {
        self.send(&Post::new(body))
    }

    /// Sends this post.
    pub fn send(&self, post: &Post<'_>) -> Answer {
        post.to(self.address, self.certificate.as_ref())
    }

    /// The next event; fails the test when none comes.
    pub fn next_event(&mut self) -> Event {
        let deadline = Instant::now() + DEADLINE;
        while Instant::now() < deadline {
            if let Some(event) = self.event_now() {
                return event;
            }
        }
        panic!("no event came");
    }

    /// What one call of `next_batch` brings.
    pub fn event_now(&mut self) -> Option<Event> {
        match self.runner.next_event() {
            Ok(event) => Some(event),
            Err(error) => match error.downcast_ref::<ScapStatus>() {
                Some(ScapStatus::Timeout) => None,
                _ => panic!("an error of next_batch ends Falco: {error:#}"),
            },
        }
    }

    /// A field of an event.
    pub fn field(&mut self, event: &Event, name: &str) -> ExtractedField {
        let answer: Option<Result<_, ss_plugin_rc>> = self.runner.extract_field(event, name);
        answer.unwrap_or_else(|| panic!("no field {name}")).unwrap_or_else(|code| panic!("{name}: error {code}"))
    }

    /// A field of an event as text; none where it has no value.
    pub fn text(&mut self, event: &Event, name: &str) -> Option<String> {
        match self.field(event, name) {
            ExtractedField::None => None,
            value => Some(value.to_string()),
        }
    }

    /// The named metric. The runner puts the plugin's name in front.
    pub fn metric(&mut self, name: &str) -> Option<u64> {
        let metrics = self.runner.get_metrics();
        let metric = metrics.into_iter().find(|metric| metric.name.strip_prefix("gitlab.") == Some(name))?;
        match metric.value {
            MetricValue::U64(value) => Some(value),
            other => panic!("{name}: {other:?}"),
        }
    }
}

/// When an event says it happened, in nanoseconds since the Unix epoch: the first member of its header.
pub fn time(event: &Event) -> u64 {
    // SAFETY: the runner lent a whole event, whose header begins with the 64-bit time stamp; it may stand unaligned.
    unsafe { event.buf.cast::<u64>().read_unaligned() }
}

/// An address on the loopback interface that was free a moment ago.
pub fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

/// A folder that goes away with the test.
pub fn folder() -> TempDir {
    TempDir::new().unwrap()
}
