//! An audit event as the rule language sees it.

use std::borrow::Cow;

use audit_event::{AuditEvent, FIELDS, FieldValue};
use falco_rules::{Argument, Event, FieldId, Value};

/// An audit event with what Falco's own fields tell of it.
#[derive(Clone, Copy, Debug)]
pub struct GitlabEvent<'a> {
    /// The event.
    pub event: AuditEvent<'a>,
    /// Counted from 1.
    pub number: u64,
    /// When it happened, in nanoseconds since the epoch.
    pub time: u64,
}

impl Event for GitlabEvent<'_> {
    fn value(&self, field: FieldId, argument: Option<&Argument>) -> Option<Value<'_>> {
        let key = match argument {
            Some(Argument::Key(key)) => Some(key.as_str()),
            Some(Argument::Index(_)) | None => None,
        };
        FIELDS.get(field.index())?.extract(&self.event, key).map(value)
    }

    fn number(&self) -> u64 {
        self.number
    }

    fn time(&self) -> u64 {
        self.time
    }

    fn plugin_info(&self) -> Option<Cow<'_, str>> {
        Some(self.event.enriched_json())
    }
}

fn value(value: FieldValue<'_>) -> Value<'_> {
    match value {
        FieldValue::Text(text) => text.into(),
        FieldValue::Number(number) => Value::Uint64(number),
        FieldValue::Bool(truth) => Value::Bool(truth),
        FieldValue::Address(address) => Value::IpAddr(address),
        FieldValue::Network(address) => Value::IpNet(address),
        FieldValue::Time(nanoseconds) => Value::AbsTime(nanoseconds),
        FieldValue::Duration(nanoseconds) => Value::RelTime(nanoseconds),
        FieldValue::TextList(texts) => Value::List(texts.into_iter().map(Value::from).collect()),
    }
}
