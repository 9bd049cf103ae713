//! Strings as Falco really passes them, and secrets that live elsewhere.

use std::fs::File;
use std::io::Read;

use intake::Secret;
use serde_json::Value;

use super::error::Problem;

/// A file with a secret holds one line; more is a mistaken path.
const MAX_SECRET_FILE: u64 = 4096;

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
    let text = if let Some(path) = text.strip_prefix("file:") {
        from_file(path)?
    } else if let Some(name) = text.strip_prefix("env:") {
        std::env::var(name)
            .map_err(|_| Problem::Because(format!("the environment variable {name} is not set, or is not UTF-8")))?
    } else {
        text
    };
    Secret::new(text).map_err(|error| Problem::Because(error.to_string()))
}

fn from_file(path: &str) -> Result<String, Problem> {
    let mut text = String::new();
    #[expect(clippy::disallowed_methods, reason = "bounded by MAX_SECRET_FILE")]
    File::open(path)
        .and_then(|file| file.take(MAX_SECRET_FILE).read_to_string(&mut text))
        .map_err(|cause| Problem::Because(format!("the file {path} cannot be read: {cause}")))?;
    Ok(text.lines().next().unwrap_or_default().trim().to_owned())
}
