//! The events that the recordings are about: the fields `t.*` of the plugin `tprobe`, read from `events.ndjson`.

use std::borrow::Cow;
use std::net::IpAddr;

use falco_rules::{Argument, Event, FieldArgument, FieldDefinition, FieldId, FieldType, Schema, Value};
use serde_json::Value as Json;

const FIELDS: [(&str, FieldType, bool, FieldArgument); 12] = [
    ("t.s", FieldType::String, false, FieldArgument::None),
    ("t.s2", FieldType::String, false, FieldArgument::None),
    ("t.n", FieldType::Uint64, false, FieldArgument::None),
    ("t.b", FieldType::Bool, false, FieldArgument::None),
    ("t.ip", FieldType::IpAddr, false, FieldArgument::None),
    ("t.net", FieldType::IpNet, false, FieldArgument::None),
    ("t.rt", FieldType::RelTime, false, FieldArgument::None),
    ("t.at", FieldType::AbsTime, false, FieldArgument::None),
    ("t.ls", FieldType::String, true, FieldArgument::None),
    ("t.ln", FieldType::Uint64, true, FieldArgument::None),
    ("t.lip", FieldType::IpAddr, true, FieldArgument::None),
    ("t.k", FieldType::String, false, FieldArgument::RequiredKey),
];

/// The fields of the plugin.
pub(crate) fn schema() -> Schema {
    let mut fields: Vec<FieldDefinition> = FIELDS
        .into_iter()
        .map(|(name, field_type, is_list, argument)| FieldDefinition {
            name: name.to_owned(),
            field_type,
            is_list,
            argument,
        })
        .collect();
    fields.push(FieldDefinition {
        name: "t.ki".to_owned(),
        field_type: FieldType::String,
        is_list: false,
        argument: FieldArgument::RequiredIndex,
    });
    Schema::new("tprobe", "tprobe", "0.1.0", fields)
}

/// One event.
pub(crate) struct Probe {
    number: u64,
    text: String,
    members: Json,
}

impl Probe {
    /// The events of an `events.ndjson`, numbered from 1.
    pub(crate) fn read_all(ndjson: &str) -> serde_json::Result<Vec<Self>> {
        let lines = ndjson.lines().filter(|line| !line.trim().is_empty());
        (1..)
            .zip(lines)
            .map(|(number, line)| Ok(Self { number, text: line.to_owned(), members: serde_json::from_str(line)? }))
            .collect()
    }

    fn list<'p>(&'p self, name: &str, value: impl Fn(&'p Json) -> Option<Value<'p>>) -> Option<Value<'p>> {
        self.members[name].as_array()?.iter().map(value).collect::<Option<_>>().map(Value::List)
    }
}

fn text(json: &Json) -> Option<Value<'_>> {
    json.as_str().map(Value::from)
}

fn address(json: &Json) -> Option<IpAddr> {
    json.as_str()?.parse().ok()
}

impl Event for Probe {
    fn value(&self, field: FieldId, argument: Option<&Argument>) -> Option<Value<'_>> {
        let event = &self.members;
        match (FIELDS.get(field.index()).map_or("t.ki", |(name, ..)| name), argument) {
            ("t.s", _) => text(&event["s"]),
            ("t.s2", _) => text(&event["s2"]),
            ("t.n", _) => event["n"].as_u64().map(Value::Uint64),
            ("t.b", _) => event["b"].as_bool().map(Value::Bool),
            ("t.ip", _) => address(&event["ip"]).map(Value::IpAddr),
            ("t.net", _) => address(&event["ip"]).map(Value::IpNet),
            ("t.rt", _) => event["rt"].as_u64().map(Value::RelTime),
            ("t.at", _) => event["at"].as_u64().map(Value::AbsTime),
            ("t.ls", _) => self.list("ls", text),
            ("t.ln", _) => self.list("ln", |json| json.as_u64().map(Value::Uint64)),
            ("t.lip", _) => self.list("lip", |json| address(json).map(Value::IpAddr)),
            ("t.k", Some(Argument::Key(key))) => text(&event["k"][key]),
            ("t.ki", Some(Argument::Index(index))) => text(&event["ls"][usize::try_from(*index).ok()?]),
            _ => None,
        }
    }

    fn number(&self) -> u64 {
        self.number
    }

    fn time(&self) -> u64 {
        // The recordings leave times out, so any will do that tells the events apart.
        1_699_982_000_000_000_000 + self.number - 1
    }

    fn plugin_info(&self) -> Option<Cow<'_, str>> {
        Some(Cow::Borrowed(&self.text))
    }
}
