//! The fields as Falco wants to be told: a JSON list.

use std::ffi::{CStr, CString};
use std::sync::OnceLock;

use audit_event::{FIELDS, Field, FieldArgument, FieldType};
use serde_json::{Value, json};

/// All fields, in the order of [`FIELDS`]: Falco asks for a field by its place in this list.
pub(super) fn fields() -> &'static CStr {
    static JSON: OnceLock<CString> = OnceLock::new();
    JSON.get_or_init(|| {
        let fields: Vec<Value> = FIELDS.iter().map(field).collect();
        CString::new(Value::from(fields).to_string()).expect("JSON escapes NUL")
    })
}

fn field(field: &Field) -> Value {
    let mut json = json!({
        "name": field.name,
        "type": type_name(field.ty),
        "isList": field.is_list,
        "desc": field.description,
    });
    if field.argument != FieldArgument::None {
        json["arg"] = json!({"isKey": true, "isRequired": true});
    }
    json
}

/// Falco's name of a type.
fn type_name(field_type: FieldType) -> &'static str {
    match field_type {
        FieldType::Text => "string",
        FieldType::Number => "uint64",
        FieldType::Bool => "bool",
        FieldType::Address => "ipaddr",
        FieldType::Network => "ipnet",
        FieldType::Time => "abstime",
        FieldType::Duration => "reltime",
    }
}
