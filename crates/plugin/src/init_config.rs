//! The configuration at the C interface: the text that Falco passes, and the schema it asks for.

use std::borrow::Cow;

use falco_plugin::schemars::{JsonSchema, Schema, SchemaGenerator};
use pipeline::json_schema;
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// `init_config` as Falco passes it, not yet read.
///
/// The SDK insists on deserializing JSON, but Falco passes the empty text for an absent configuration. So this takes
/// whatever there is, nothing included, and leaves the reading to [`pipeline::Settings::from_init_config`], whose
/// messages name the key and the mend.
#[derive(Debug, Default)]
pub struct InitConfig(pub(crate) String);

impl<'de> Deserialize<'de> for InitConfig {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Box::<RawValue>::deserialize(deserializer) {
            Ok(json) => Ok(Self(json.get().to_owned())),
            // serde_json's position is the only sign that the text ended before it began.
            Err(error) if error.to_string().ends_with("at line 1 column 0") => Ok(Self::default()),
            Err(error) => Err(D::Error::custom(format_args!("init_config is no JSON: {error}"))),
        }
    }
}

impl JsonSchema for InitConfig {
    fn schema_name() -> Cow<'static, str> {
        "gitlab".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema().try_into().expect("the settings' schema is a JSON object")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_null_and_objects_are_taken_as_they_come() {
        for text in ["", "null", "{}", r#"{"Debug": true}"#] {
            let config: InitConfig = serde_json::from_str(text).unwrap();
            assert_eq!(config.0, text);
        }
    }

    #[test]
    fn broken_json_is_an_error_and_not_taken_for_nothing() {
        for text in ["{", "{]", "hello", "{} {}"] {
            assert!(serde_json::from_str::<InitConfig>(text).is_err(), "{text}");
        }
    }
}
