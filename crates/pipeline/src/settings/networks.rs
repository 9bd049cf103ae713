//! Lists of networks.

use intake::Networks;
use serde_json::Value;

use super::error::Problem;

/// Reads a list of networks and addresses; one alone may stand without the list.
pub(super) fn networks(value: &Value) -> Result<Networks, Problem> {
    let items = match value {
        Value::String(item) => vec![item.trim()],
        Value::Array(items) => {
            items.iter().map(|item| item.as_str().map(str::trim)).collect::<Option<_>>().ok_or(Problem::WrongType)?
        }
        _ => return Err(Problem::WrongType),
    };
    if items.is_empty() {
        return Err(Problem::Because("is an empty list; name a network, or leave the key out".to_owned()));
    }
    Networks::parse(items).map_err(|error| Problem::Because(error.to_string()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn one_network_and_a_list_are_both_read() {
        for value in [json!("10.0.0.0/8"), json!(["gitlab.com", " 10.0.0.0/8 "])] {
            assert!(networks(&value).unwrap().contains([10, 1, 1, 1].into()), "{value}");
        }
    }

    #[test]
    fn an_empty_list_is_a_mistake_and_not_a_lock_or_an_open_door() {
        assert!(matches!(networks(&json!([])), Err(Problem::Because(_))));
        assert!(matches!(networks(&json!([""])), Err(Problem::Because(_))));
        assert!(matches!(networks(&json!([1])), Err(Problem::WrongType)));
    }
}
