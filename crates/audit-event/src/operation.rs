//! What was added, changed or removed: GitLab names the operation by the member that `details` has.
use std::borrow::Cow;

use crate::event::AuditEvent;
use crate::json_value::JsonValue;

const OPERATIONS: [&str; 3] = ["add", "change", "remove"];

impl<'a> AuditEvent<'a> {
    fn operation(&self) -> Option<(&'static str, JsonValue<'a>)> {
        OPERATIONS.into_iter().find_map(|operation| Some((operation, self.of_details(operation)?)))
    }

    /// `add`, `change` or `remove`.
    pub fn operation_type(&self) -> Option<Cow<'a, str>> {
        self.operation().map(|(operation, _)| Cow::Borrowed(operation))
    }

    /// What was added, changed or removed.
    pub fn operation_item(&self) -> Option<Cow<'a, str>> {
        self.operation().map(|(_, item)| item.text())
    }

    /// The value before the change; `""` where there was none.
    pub fn changed_from(&self) -> Option<Cow<'a, str>> {
        self.of_details("from").map(JsonValue::text)
    }

    /// The value after the change.
    pub fn changed_to(&self) -> Option<Cow<'a, str>> {
        self.of_details("to").map(JsonValue::text)
    }
}
