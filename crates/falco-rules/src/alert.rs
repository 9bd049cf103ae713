//! What a rule says when it fires: Falco's JSON and Falco's line of text.

use serde_json::{Map, Value as Json, json};

use crate::condition::time;
use crate::{EventValues, Rule};

/// A rule that fired on an event, with the values of its output.
#[derive(Debug, Clone)]
pub struct Alert<'r> {
    rule: &'r Rule,
    time: u64,
    message: String,
    output_fields: Map<String, Json>,
}

/// How alerts are written: falco.yaml's options of the same names.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of falco.yaml, set on its own")]
pub struct AlertFormat {
    /// How the time before the output is written.
    pub time_format: TimeFormat,
    /// `json_include_output_property`: the line of text in the JSON as `output`.
    pub json_include_output_property: bool,
    /// `json_include_tags_property`: the rule's tags.
    pub json_include_tags_property: bool,
    /// `json_include_message_property`: the output without time and priority as `message`.
    pub json_include_message_property: bool,
    /// `json_include_output_fields_property`: the fields of the output with their values.
    pub json_include_output_fields_property: bool,
    /// The host's name for `hostname`.
    pub hostname: String,
}

/// How the time before the output is written. Always UTC.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum TimeFormat {
    /// `17:13:20.000000000`
    #[default]
    TimeOfDay,
    /// `2023-11-14T17:13:20.000000000+0000`, falco.yaml's `time_format_iso_8601: true`.
    Iso8601,
}

impl AlertFormat {
    /// Falco's defaults, for this host.
    pub fn new(hostname: impl Into<String>) -> Self {
        Self {
            time_format: TimeFormat::default(),
            json_include_output_property: true,
            json_include_tags_property: true,
            json_include_message_property: false,
            json_include_output_fields_property: true,
            hostname: hostname.into(),
        }
    }
}

impl<'r> Alert<'r> {
    /// The alert of a rule on the event whose values these are.
    pub(crate) fn new(rule: &'r Rule, time: u64, values: &mut EventValues<'_>) -> Self {
        let message = rule.output.text(values);
        let fields = rule.output.fields(values);
        let output_fields = fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Self { rule, time, message, output_fields }
    }

    /// The rule that fired.
    pub fn rule(&self) -> &'r Rule {
        self.rule
    }

    /// When the event happened, in nanoseconds since the epoch.
    pub fn time(&self) -> u64 {
        self.time
    }

    /// The output, without time and priority.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The fields of the output with their values, typed; null where the event has none.
    pub fn output_fields(&self) -> &Map<String, Json> {
        &self.output_fields
    }

    /// Falco's line of text: `17:13:20.000000000: Warning …`.
    pub fn to_text(&self, format: &AlertFormat) -> String {
        let time = match format.time_format {
            TimeFormat::TimeOfDay => time::time_of_day(self.time),
            TimeFormat::Iso8601 => time::iso8601(self.time),
        };
        format!("{time}: {} {}", self.rule.priority, self.message)
    }

    /// Falco's JSON.
    pub fn to_json(&self, format: &AlertFormat) -> Json {
        let mut alert = json!({
            "time": time::rfc3339(self.time),
            "rule": self.rule.name,
            "priority": self.rule.priority.name(),
            "source": self.rule.source,
            "hostname": format.hostname,
        });
        if format.json_include_output_property {
            alert["output"] = Json::from(self.to_text(format));
        }
        if format.json_include_tags_property {
            alert["tags"] = Json::from(self.rule.tags.as_slice());
        }
        if format.json_include_message_property {
            alert["message"] = Json::from(self.message.as_str());
        }
        if format.json_include_output_fields_property {
            let mut fields = self.output_fields.clone();
            let time_field = match format.time_format {
                TimeFormat::TimeOfDay => "evt.time",
                TimeFormat::Iso8601 => "evt.time.iso8601",
            };
            fields.insert(time_field.to_owned(), Json::from(self.time));
            alert["output_fields"] = Json::Object(fields);
        }
        alert
    }
}
