//! The field table as a page of documentation.
use std::fmt::Write;

use super::{FIELDS, Field, FieldArgument};

const HEAD: &str = "\
# Fields

Every field of the event source `gitlab`, for conditions and outputs of Falco rules. An event has a value for a field or it has
none: then `exists` is false and outputs show `<NA>`. An empty string is a value. Where the same value may stand in several places
of an event, `gitlab.author_*`, `gitlab.entity_*` and `gitlab.target_*` are taken from the top level, else from `details`; all
others from `details`, else from the top level.

This page is made from the field table in `crates/audit-event/src/field/table.rs`.

| field | type | value |
|---|---|---|
";

/// The field reference: a page of Markdown with a line for each field.
pub fn markdown() -> String {
    let mut page = HEAD.to_owned();
    for field in FIELDS {
        let argument = match field.argument {
            FieldArgument::None => "",
            FieldArgument::RequiredKey => "[KEY]",
            FieldArgument::Tracker => "[TRACKER]",
        };
        writeln!(page, "| `{}{argument}` | {} | {} |", field.name, type_name(field), field.description)
            .expect("a String takes all text");
    }
    page
}

fn type_name(field: &Field) -> String {
    let name = field.ty.falco_name();
    if field.is_list { format!("{name} list") } else { name.to_owned() }
}
