//! The one field table, read by the Falco plugin, the rule engine, the rule checker and the documentation.
mod extract;
mod markdown;
mod table;
mod value;

pub use markdown::markdown;
pub use table::FIELDS;
pub use value::FieldValue;

use crate::event::AuditEvent;

/// The type of a field's value, or of a list's elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldType {
    /// UTF-8 without NUL. Falco: string.
    Text,
    /// Falco: uint64.
    Number,
    /// Falco: bool.
    Bool,
    /// Falco: ipaddr.
    Address,
    /// An address, compared with networks. Falco: ipnet.
    Network,
    /// Nanoseconds since the Unix epoch. Falco: abstime.
    Time,
    /// Nanoseconds. Falco: reltime.
    Duration,
}

/// What stands in brackets behind a field's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldArgument {
    /// No brackets.
    None,
    /// A key, always: `gitlab.details[KEY]`.
    RequiredKey,
}

/// One field of the table.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// As rules write it, without brackets: `gitlab.author_id`.
    pub name: &'static str,
    /// The type of the value, or of each element.
    pub ty: FieldType,
    /// Whether the value is a list.
    pub is_list: bool,
    /// What stands in brackets.
    pub argument: FieldArgument,
    /// What the value means; Markdown, no full stop at the end.
    pub description: &'static str,
    extract: for<'a> fn(&AuditEvent<'a>, &str) -> Option<FieldValue<'a>>,
}

impl Field {
    /// The field's value; none where the event has none. `key` counts only where the field takes one.
    pub fn extract<'a>(&self, event: &AuditEvent<'a>, key: Option<&str>) -> Option<FieldValue<'a>> {
        let key = match self.argument {
            FieldArgument::None => "",
            FieldArgument::RequiredKey => key?,
        };
        (self.extract)(event, key)
    }
}

/// The field of this name.
pub fn field(name: &str) -> Option<&'static Field> {
    FIELDS.iter().find(|field| field.name == name)
}
