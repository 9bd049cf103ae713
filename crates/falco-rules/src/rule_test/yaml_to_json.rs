//! YAML to JSON: events in a rule test are written in YAML, of which JSON is a part.

use serde_json::{Map, Number, Value};

use crate::rules_file::{Node, NodeValue, Scalar};

/// The JSON a YAML value stands for. Only text without quotes can be a number or a truth value.
pub(super) fn to_json(node: &Node) -> Value {
    match &node.value {
        NodeValue::Null => Value::Null,
        NodeValue::Scalar(scalar) => scalar_to_json(scalar),
        NodeValue::Sequence(elements) => elements.iter().map(to_json).collect(),
        NodeValue::Mapping(entries) => {
            let mut object = Map::new();
            for (key, value) in entries {
                object.entry(key.as_text().unwrap_or_default()).or_insert_with(|| to_json(value));
            }
            Value::Object(object)
        }
    }
}

fn scalar_to_json(scalar: &Scalar) -> Value {
    let text = &*scalar.text;
    if !scalar.is_plain {
        return Value::String(text.to_owned());
    }
    match text {
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        // What JSON calls a number, YAML does too; of YAML's other numbers (0x1F, .inf) no event has any.
        _ => text.parse::<Number>().map_or_else(|_| Value::String(text.to_owned()), Value::Number),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules_file::documents;
    use crate::source_text::LineIndex;

    #[test]
    fn json_stays_what_it_is() {
        let text = r#"{"a": [1, -2.5, "3", null, true], "b": {"c": "2024-01-01", "d": ""}}"#;
        let documents = documents(text, &LineIndex::new(text)).unwrap();
        assert_eq!(to_json(&documents[0]), serde_json::from_str::<Value>(text).unwrap());
    }

    #[test]
    fn plain_text_is_text() {
        let text = "ip: 10.1.2.3\nwhen: 2024-01-01T00:00:00Z\nid: 007\nname: ~\n";
        let documents = documents(text, &LineIndex::new(text)).unwrap();
        let expected = serde_json::json!({"ip": "10.1.2.3", "when": "2024-01-01T00:00:00Z", "id": "007", "name": null});
        assert_eq!(to_json(&documents[0]), expected);
    }
}
