//! The `gitlab.*` field table as the rule language wants it.

use audit_event::{FIELDS, Field, FieldArgument, FieldType};
use falco_rules::{FieldDefinition, Schema};

use crate::trackers::is_found_by_trackers;

/// The event source of the plugin, which rules name in `source`.
pub const SOURCE: &str = "gitlab";

/// The field that says what happened; most rules look for some of its values.
pub const EVENT_TYPE: &str = "gitlab.event_type";

/// The plugin's name, which rules name in `required_plugin_versions`.
const PLUGIN: &str = "gitlab";

/// The fields of GitLab audit events. A field's id is its place in [`FIELDS`].
pub fn schema() -> Schema {
    schema_of(|_| true)
}

/// The fields that trackers can look at: those that they do not find themselves.
pub(crate) fn tracker_schema() -> Schema {
    schema_of(|field| !is_found_by_trackers(field))
}

/// The fields that an event has when it arrives, before anything is looked up for it.
pub fn arrival_schema() -> Schema {
    schema_of(|field| !is_found_by_trackers(field) && !LOOKED_UP.contains(&field.name))
}

/// The fields whose values come from databases and lists, or tell of the pipeline's own problems.
const LOOKED_UP: [&str; 10] = [
    "gitlab.city",
    "gitlab.country",
    "gitlab.countryisocode",
    "gitlab.continent",
    "gitlab.ip.lists",
    "gitlab.asn",
    "gitlab.as_org",
    "gitlab.pluginerrormessage",
    "gitlab.pluginerror.kind",
    "gitlab.pluginerror.count",
];

fn schema_of(is_offered: fn(&Field) -> bool) -> Schema {
    let fields = FIELDS.iter().map(|field| FieldDefinition {
        // A field that is not offered keeps its place under a name that cannot be written.
        name: if is_offered(field) { field.name.to_owned() } else { String::new() },
        field_type: field_type(field.ty),
        is_list: field.is_list,
        argument: match field.argument {
            FieldArgument::None => falco_rules::FieldArgument::None,
            FieldArgument::RequiredKey | FieldArgument::Tracker => falco_rules::FieldArgument::RequiredKey,
        },
    });
    Schema::new(SOURCE, PLUGIN, env!("CARGO_PKG_VERSION"), fields.collect())
}

const fn field_type(ty: FieldType) -> falco_rules::FieldType {
    match ty {
        FieldType::Text => falco_rules::FieldType::String,
        FieldType::Number => falco_rules::FieldType::Uint64,
        FieldType::Bool => falco_rules::FieldType::Bool,
        FieldType::Address => falco_rules::FieldType::IpAddr,
        FieldType::Network => falco_rules::FieldType::IpNet,
        FieldType::Time => falco_rules::FieldType::AbsTime,
        FieldType::Duration => falco_rules::FieldType::RelTime,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_that_is_looked_up_is_a_field() {
        for name in LOOKED_UP {
            assert!(FIELDS.iter().any(|field| field.name == name), "{name}");
        }
    }
}
