//! The source plugin `tprobe` with which Falco was recorded: its fields, and events made from JSON.

use std::borrow::Cow;
use std::net::IpAddr;

use falco_rules::{Argument, Event, FieldArgument, FieldDefinition, FieldId, FieldType, Schema, Value};
use serde_json::Value as Json;

const FIELDS: [(&str, FieldType, bool, FieldArgument, &str); 14] = [
    ("t.s", FieldType::String, false, FieldArgument::None, "s"),
    ("t.s2", FieldType::String, false, FieldArgument::None, "s2"),
    ("t.n", FieldType::Uint64, false, FieldArgument::None, "n"),
    ("t.b", FieldType::Bool, false, FieldArgument::None, "b"),
    ("t.ip", FieldType::IpAddr, false, FieldArgument::None, "ip"),
    ("t.net", FieldType::IpNet, false, FieldArgument::None, "ip"),
    ("t.rt", FieldType::RelTime, false, FieldArgument::None, "rt"),
    ("t.at", FieldType::AbsTime, false, FieldArgument::None, "at"),
    ("t.ls", FieldType::String, true, FieldArgument::None, "ls"),
    ("t.ln", FieldType::Uint64, true, FieldArgument::None, "ln"),
    ("t.lip", FieldType::IpAddr, true, FieldArgument::None, "lip"),
    ("t.k", FieldType::String, false, FieldArgument::RequiredKey, "k"),
    ("t.ki", FieldType::String, false, FieldArgument::RequiredIndex, "ls"),
    ("t.unused", FieldType::String, false, FieldArgument::None, ""),
];

/// The event sources of that Falco: `tprobe`, and system calls, of which it saw none.
pub fn schemas() -> [Schema; 2] {
    let fields = FIELDS.into_iter().filter(|(.., member)| !member.is_empty());
    let fields = fields.map(|(name, field_type, is_list, argument, _)| FieldDefinition {
        name: name.to_owned(),
        field_type,
        is_list,
        argument,
    });
    [Schema::new("tprobe", "tprobe", "0.1.0", fields.collect()), Schema::new("syscall", "", "", Vec::new())]
}

/// One recorded event.
pub struct ProbeEvent {
    pub json: Json,
    pub text: String,
    pub number: u64,
}

/// The events of a recording, numbered from 1.
pub fn events(ndjson: &str) -> Vec<ProbeEvent> {
    (1..)
        .zip(ndjson.lines())
        .map(|(number, line)| {
            ProbeEvent { json: serde_json::from_str(line).expect("an event is JSON"), text: line.to_owned(), number }
        })
        .collect()
}

fn scalar(json: &Json, field_type: FieldType) -> Option<Value<'_>> {
    let address = || json.as_str()?.parse::<IpAddr>().ok();
    Some(match field_type {
        FieldType::String => Value::from(json.as_str()?),
        FieldType::Uint64 => Value::Uint64(json.as_u64()?),
        FieldType::Bool => Value::Bool(json.as_bool()?),
        FieldType::IpAddr => Value::IpAddr(address()?),
        FieldType::IpNet => Value::IpNet(address()?),
        FieldType::RelTime => Value::RelTime(json.as_u64()?),
        FieldType::AbsTime => Value::AbsTime(json.as_u64()?),
    })
}

impl Event for ProbeEvent {
    fn value(&self, field: FieldId, argument: Option<&Argument>) -> Option<Value<'_>> {
        let (_, field_type, is_list, _, member) = FIELDS[field.index()];
        let json = self.json.get(member)?;
        match argument {
            Some(Argument::Key(key)) => scalar(json.get(key)?, field_type),
            Some(Argument::Index(index)) => scalar(json.get(usize::try_from(*index).ok()?)?, field_type),
            None if is_list => {
                let values: Option<Vec<_>> = json.as_array()?.iter().map(|json| scalar(json, field_type)).collect();
                values.filter(|values| !values.is_empty()).map(Value::List)
            }
            None => scalar(json, field_type),
        }
    }

    fn number(&self) -> u64 {
        self.number
    }

    fn time(&self) -> u64 {
        // 2023-11-14T17:13:20Z, one second an event.
        (1_699_982_000 + self.number - 1) * 1_000_000_000
    }

    fn plugin_info(&self) -> Option<Cow<'_, str>> {
        Some(Cow::Borrowed(&self.text))
    }
}
