//! The plugin in `falco_plugin_runner`, which asks for fields as Falco does for 25 rules, and prints an alert for events of
//! one type.

mod api;

use std::ffi::CString;
use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use falco_plugin::anyhow::Error;
use falco_plugin_runner::{CapturingPluginRunner, Event, ExtractedField, PluginRunner, ScapStatus};

use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::rules::ALERT_MARK;
use crate::traffic::MARKER_TYPE;

/// The fields of the Go plugin, but for the type, which is asked for first, and the id, which is asked for in an alert.
const FIELDS: [&str; 23] = [
    "gitlab.author_id",
    "gitlab.author_name",
    "gitlab.author_email",
    "gitlab.author_class",
    "gitlab.custom_message",
    "gitlab.city",
    "gitlab.country",
    "gitlab.countryisocode",
    "gitlab.continent",
    "gitlab.entity_id",
    "gitlab.entity_type",
    "gitlab.entity_path",
    "gitlab.failed_login",
    "gitlab.created_at",
    "gitlab.ip_address",
    "gitlab.op_type",
    "gitlab.op_item",
    "gitlab.op_changed_from",
    "gitlab.op_changed_to",
    "gitlab.target_id",
    "gitlab.target_type",
    "gitlab.target_details",
    "gitlab.pluginerrormessage",
];

/// Runs the plugin with these settings until a signal comes.
pub(crate) fn plugin_host(settings: &Path) -> Result<(), Failure> {
    let interrupt = Interrupt::install().map_err(Failure::system("catching signals"))?;
    let settings = fs::read(settings).map_err(Failure::system("reading the settings"))?;
    let settings = CString::new(settings).map_err(|error| Failure::Plugin(error.into()))?;
    let mut runner = PluginRunner::new();
    runner.register_plugin(api::api(), &settings).map_err(Failure::Plugin)?;
    let mut runner = runner.start_capture().map_err(Failure::Plugin)?;
    // As Falco does it: each alert is written at once.
    let mut out = io::stdout().lock();
    while !interrupt.is_set() {
        match runner.next_event() {
            Ok(event) => {
                if let Some(alert) = look_at(&mut runner, &event)? {
                    writeln!(out, "{alert}").map_err(Failure::system("writing alerts"))?;
                }
            }
            Err(error) if matches!(error.downcast_ref(), Some(ScapStatus::Timeout)) => {}
            Err(error) => return Err(Failure::Plugin(error)),
        }
    }
    runner.stop_capture().map_err(Failure::Plugin)?;
    Ok(())
}

/// Takes the fields of one event; gives an alert where there is one.
fn look_at(runner: &mut CapturingPluginRunner, event: &Event) -> Result<Option<String>, Failure> {
    let event_type = field(runner, event, "gitlab.event_type")?;
    for name in FIELDS {
        std::hint::black_box(field(runner, event, name)?);
    }
    let is_marker = matches!(&event_type, ExtractedField::String(text) if text.to_bytes() == MARKER_TYPE.as_bytes());
    if !is_marker {
        return Ok(None);
    }
    let id = field(runner, event, "gitlab.event_id")?;
    Ok(Some(format!("{{\"output\":\"{ALERT_MARK}{id}\"}}")))
}

fn field(runner: &mut CapturingPluginRunner, event: &Event, name: &str) -> Result<ExtractedField, Failure> {
    let wrong = |problem: String| Failure::Plugin(Error::msg(format!("{name}: {problem}")));
    let answer = runner.extract_field(event, name).ok_or_else(|| wrong("there is no such field".to_owned()))?;
    answer.map_err(|code| wrong(format!("error {code}")))
}
