//! The one field table, read by the Falco plugin, the rule engine, the rule checker and the documentation.
mod extract;
mod markdown;
mod table;
mod value;

pub use markdown::markdown;
pub use table::FIELDS;
pub use value::FieldValue;

use self::extract::Extract;
use crate::event::AuditEvent;

/// The type of a field's value, or of a list's elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldType {
    /// UTF-8 without NUL.
    Text,
    /// Whole and not negative.
    Number,
    /// True or false.
    Bool,
    /// An IP address.
    Address,
    /// An address, compared with networks.
    Network,
    /// Nanoseconds since the Unix epoch.
    Time,
    /// Nanoseconds.
    Duration,
}

impl FieldType {
    /// Its name in Falco.
    pub const fn falco_name(self) -> &'static str {
        match self {
            Self::Text => "string",
            Self::Number => "uint64",
            Self::Bool => "bool",
            Self::Address => "ipaddr",
            Self::Network => "ipnet",
            Self::Time => "abstime",
            Self::Duration => "reltime",
        }
    }
}

/// What stands in brackets behind a field's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldArgument {
    /// No brackets.
    None,
    /// A key, always: `gitlab.details[KEY]`.
    RequiredKey,
    /// The name of a tracker, always: `gitlab.count[TRACKER]`.
    Tracker,
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
    /// What the value means; Markdown, without a full stop at the end.
    pub description: &'static str,
    extract: Extract,
}

impl Field {
    const fn new(name: &'static str, extract: Extract, description: &'static str) -> Self {
        let (ty, is_list, argument) = (extract.field_type(), extract.is_list(), extract.argument());
        Self { name, ty, is_list, argument, description, extract }
    }

    /// The field's value; none where the event has none, or where the field takes a key and none is given.
    pub fn extract<'a>(&self, event: &AuditEvent<'a>, key: Option<&str>) -> Option<FieldValue<'a>> {
        self.extract.value(event, key)
    }
}

/// The field of this name.
pub fn field(name: &str) -> Option<&'static Field> {
    FIELDS.iter().find(|field| field.name == name)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_name_is_there_once() {
        let names: HashSet<_> = FIELDS.iter().map(|field| field.name).collect();
        assert_eq!(names.len(), FIELDS.len());
        assert!(FIELDS.iter().all(|listed| field(listed.name).is_some()));
        assert!(field("gitlab.nothing").is_none());
    }

    #[test]
    fn the_go_plugins_fields_are_strings_of_the_same_name() {
        for name in [
            "gitlab.event_id",
            "gitlab.event_type",
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
        ] {
            let field = field(name).unwrap();
            assert_eq!(
                (field.ty, field.is_list, field.argument),
                (FieldType::Text, false, FieldArgument::None),
                "{name}"
            );
        }
    }
}
