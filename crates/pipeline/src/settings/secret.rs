//! Strings as Falco really passes them, and secrets that live elsewhere.

use std::path::Path;

use intake::Secret;
use serde_json::Value;

use super::error::Problem;

/// A string value, also where Falco turned digits into a number.
///
/// Falco's YAML reader retypes quoted scalars: `"true"` arrives as a boolean and `"123"` as a number. A whole number is
/// given back as its digits; a fraction, an exponent or a boolean has several spellings and is refused.
pub(super) fn text(value: &Value) -> Result<String, Problem> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) if number.is_u64() || number.is_i64() => Ok(number.to_string()),
        Value::Number(_) | Value::Bool(_) => Err(Problem::Retyped),
        _ => Err(Problem::WrongType),
    }
}

/// A secret: the value itself, `file:/path` (first line of that file) or `env:NAME`.
pub(super) fn secret(value: &Value) -> Result<Secret, Problem> {
    let text = text(value)?;
    if let Some(path) = text.strip_prefix("file:") {
        return Secret::from_file(Path::new(path)).map_err(|error| Problem::Because(error.to_string()));
    }
    let text = if let Some(name) = text.strip_prefix("env:") {
        std::env::var(name)
            .map_err(|_| Problem::Because(format!("the environment variable {name} is not set, or is not UTF-8")))?
    } else {
        text
    };
    Secret::new(text).map_err(|error| Problem::Because(error.to_string()))
}
