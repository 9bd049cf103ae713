//! The field table as a page of documentation.
use std::fmt::Write;

use super::{FIELDS, Field, FieldArgument, FieldType};

/// The field reference: a Markdown table with a line for each field.
pub fn markdown() -> String {
    let mut page = String::from("| field | type | value |\n|---|---|---|\n");
    for field in FIELDS {
        let argument = match field.argument {
            FieldArgument::None => "",
            FieldArgument::RequiredKey => "[KEY]",
        };
        writeln!(page, "| `{}{argument}` | {} | {} |", field.name, type_name(field), field.description)
            .expect("a String takes all text");
    }
    page
}

fn type_name(field: &Field) -> String {
    let name = match field.ty {
        FieldType::Text => "string",
        FieldType::Number => "uint64",
        FieldType::Bool => "bool",
        FieldType::Address => "ipaddr",
        FieldType::Network => "ipnet",
        FieldType::Time => "abstime",
        FieldType::Duration => "reltime",
    };
    if field.is_list { format!("{name} list") } else { name.to_owned() }
}
