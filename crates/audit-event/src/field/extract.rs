//! Values that fields take straight from members of the event.
use std::borrow::Cow;

use super::FieldValue;
use crate::event::AuditEvent;
use crate::event_index::Part;
use crate::json_value::JsonValue;

/// The ways GitLab names what an operation did; the member of that name says what it was done to.
const OPERATIONS: [&str; 3] = ["add", "change", "remove"];

fn text(value: JsonValue<'_>) -> FieldValue<'_> {
    FieldValue::Text(value.text())
}

pub(super) fn of_event<'a>(event: &AuditEvent<'a>, name: &str) -> Option<FieldValue<'a>> {
    event.of_event(name).map(text)
}

pub(super) fn of_details<'a>(event: &AuditEvent<'a>, name: &str) -> Option<FieldValue<'a>> {
    event.of_details(name).map(text)
}

pub(super) fn of_addition<'a>(event: &AuditEvent<'a>, part: Part, name: &str) -> Option<FieldValue<'a>> {
    event.value(part, name).map(text)
}

pub(super) fn number_of_addition(event: &AuditEvent<'_>, part: Part, name: &str) -> Option<u64> {
    event.value(part, name)?.json().parse().ok()
}

fn operation<'a>(event: &AuditEvent<'a>) -> Option<(&'static str, JsonValue<'a>)> {
    OPERATIONS.into_iter().find_map(|operation| Some((operation, event.of_details(operation)?)))
}

pub(super) fn operation_type<'a>(event: &AuditEvent<'a>) -> Option<FieldValue<'a>> {
    operation(event).map(|(operation, _)| FieldValue::Text(Cow::Borrowed(operation)))
}

pub(super) fn operation_item<'a>(event: &AuditEvent<'a>) -> Option<FieldValue<'a>> {
    operation(event).map(|(_, item)| text(item))
}
