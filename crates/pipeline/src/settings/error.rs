//! What can be wrong with the settings: one line that names the key and the mend.

use serde_json::Value;

use super::key::{Key, Kind};

/// A mistake in the configuration. It is the operator's, and it stops the start.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// The text is no JSON.
    #[error(
        "the configuration is not JSON ({cause}); write the keys as YAML under init_config, or give it as valid JSON"
    )]
    NotJson {
        /// What the JSON parser said.
        cause: String,
    },
    /// The configuration is a list or a single value.
    #[error("the configuration is {found}; it must be an object with keys such as VerificationToken")]
    NotAnObject {
        /// What it is instead.
        found: &'static str,
    },
    /// There is no such key.
    #[error("unknown key `{key}`{}", suggestion(nearest.as_deref()))]
    UnknownKey {
        /// The key as it was written.
        key: String,
        /// The known key that is spelled most alike, if one comes near.
        nearest: Option<String>,
    },
    /// A key's value cannot be used.
    #[error("{key}: {problem}")]
    Value {
        /// The key.
        key: &'static str,
        /// What is wrong and how to mend it. Never shows a secret.
        problem: String,
    },
}

fn suggestion(nearest: Option<&str>) -> String {
    nearest.map_or_else(
        || "; the keys are listed in docs/configuration.md".to_owned(),
        |nearest| format!("; did you mean `{nearest}`?"),
    )
}

/// What is wrong with one value.
#[derive(Debug)]
pub(super) enum Problem {
    /// It has another type than the key asks for.
    WrongType,
    /// YAML turned a string into something else that cannot be turned back for certain.
    Retyped,
    /// Anything else, in words.
    Because(String),
}

impl SettingsError {
    pub(super) fn value(key: &Key, value: &Value, problem: Problem) -> Self {
        let problem = match problem {
            Problem::Because(text) => text,
            Problem::WrongType => format!("{} was given where {} is expected", type_name(value), key.kind.describe()),
            Problem::Retyped if matches!(key.kind, Kind::Secret | Kind::Secrets) => format!(
                "YAML made {} of it on the way, so its spelling is lost; put it into a file and write `file:/path/to/it`, \
                 or into the environment and write `env:NAME`",
                type_name(value)
            ),
            Problem::Retyped => format!(
                "YAML made {} of it on the way, so its spelling is lost; choose another spelling, such as an absolute path",
                type_name(value)
            ),
        };
        Self::Value { key: key.name, problem }
    }
}

/// A JSON value's type in words.
pub(super) fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
