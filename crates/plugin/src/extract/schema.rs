//! The fields as Falco wants to be told: a JSON list.

use std::ffi::{CStr, CString};
use std::sync::OnceLock;

use audit_event::{FIELDS, Field, FieldArgument};
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
        "type": field.ty.falco_name(),
        "isList": field.is_list,
        "desc": field.description,
    });
    if field.argument != FieldArgument::None {
        json["arg"] = json!({"isKey": true, "isRequired": true});
    }
    json
}
