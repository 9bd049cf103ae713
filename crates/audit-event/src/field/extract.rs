//! How a field's value is taken from an event; the way decides the field's type, so that the two cannot differ.
use std::borrow::Cow;
use std::net::IpAddr;

use super::{FieldArgument, FieldType, FieldValue};
use crate::event::AuditEvent;

/// A function from the event to a value of one type.
#[derive(Clone, Copy, Debug)]
pub(super) enum Extract {
    Text(for<'a> fn(&AuditEvent<'a>) -> Option<Cow<'a, str>>),
    TextOfKey(for<'a> fn(&AuditEvent<'a>, &str) -> Option<Cow<'a, str>>),
    TextOfTracker(for<'a> fn(&AuditEvent<'a>, &str) -> Option<Cow<'a, str>>),
    TextList(for<'a> fn(&AuditEvent<'a>) -> Option<Vec<Cow<'a, str>>>),
    Number(fn(&AuditEvent<'_>) -> Option<u64>),
    NumberOfTracker(fn(&AuditEvent<'_>, &str) -> Option<u64>),
    Bool(fn(&AuditEvent<'_>) -> Option<bool>),
    BoolOfTracker(fn(&AuditEvent<'_>, &str) -> Option<bool>),
    Address(fn(&AuditEvent<'_>) -> Option<IpAddr>),
    Network(fn(&AuditEvent<'_>) -> Option<IpAddr>),
    Time(fn(&AuditEvent<'_>) -> Option<u64>),
    Duration(fn(&AuditEvent<'_>) -> Option<u64>),
}

impl Extract {
    pub(super) const fn field_type(self) -> FieldType {
        match self {
            Self::Text(_) | Self::TextOfKey(_) | Self::TextOfTracker(_) | Self::TextList(_) => FieldType::Text,
            Self::Number(_) | Self::NumberOfTracker(_) => FieldType::Number,
            Self::Bool(_) | Self::BoolOfTracker(_) => FieldType::Bool,
            Self::Address(_) => FieldType::Address,
            Self::Network(_) => FieldType::Network,
            Self::Time(_) => FieldType::Time,
            Self::Duration(_) => FieldType::Duration,
        }
    }

    pub(super) const fn is_list(self) -> bool {
        matches!(self, Self::TextList(_))
    }

    pub(super) const fn argument(self) -> FieldArgument {
        match self {
            Self::TextOfKey(_) => FieldArgument::RequiredKey,
            Self::TextOfTracker(_) | Self::NumberOfTracker(_) | Self::BoolOfTracker(_) => FieldArgument::Tracker,
            _ => FieldArgument::None,
        }
    }

    pub(super) fn value<'a>(self, event: &AuditEvent<'a>, key: Option<&str>) -> Option<FieldValue<'a>> {
        match self {
            Self::Text(text) => text(event).map(FieldValue::Text),
            Self::TextOfKey(text) | Self::TextOfTracker(text) => text(event, key?).map(FieldValue::Text),
            Self::TextList(texts) => texts(event).map(FieldValue::TextList),
            Self::Number(number) => number(event).map(FieldValue::Number),
            Self::NumberOfTracker(number) => number(event, key?).map(FieldValue::Number),
            Self::Bool(truth) => truth(event).map(FieldValue::Bool),
            Self::BoolOfTracker(truth) => truth(event, key?).map(FieldValue::Bool),
            Self::Address(address) => address(event).map(FieldValue::Address),
            Self::Network(address) => address(event).map(FieldValue::Network),
            Self::Time(time) => time(event).map(FieldValue::Time),
            Self::Duration(duration) => duration(event).map(FieldValue::Duration),
        }
    }
}
