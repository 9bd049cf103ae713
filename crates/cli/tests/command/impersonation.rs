//! What an administrator does in somebody else's name, told by the session alone: newer versions of GitLab end the message with
//! ` (by NAME)`, older ones and some types do not.

use std::{fs, process::Command};

use serde_json::{Value, json};

use crate::receiver::{COMMAND, run_to_end};

const RULE: &str = "GitLab sensitive action while impersonating";

/// Event `number`, a second after the one before.
fn event(number: usize, event_type: &str, author: u64, message: &str) -> String {
    let at = jiff::Timestamp::from_second(1_772_611_200 + i64::try_from(number).unwrap()).unwrap();
    json!({
        "id": number, "author_id": author, "author_name": format!("user {author}"), "entity_id": 7, "entity_type": "User",
        "entity_path": "dev1", "target_id": 7, "target_type": "User", "target_details": "Dev One",
        "ip_address": "203.0.113.9", "created_at": at.to_string(), "event_type": event_type,
        "details": {"custom_message": message},
    })
    .to_string()
}

/// The ids of the events for which the rule fires.
fn alerts(events: &[String]) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.ndjson");
    fs::write(&path, events.join("\n")).unwrap();
    let (code, out, said) = run_to_end(&["replay", "--json", path.to_str().unwrap()]);
    assert_eq!(code, 0, "{said}");
    let alerts = out.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let of_rule = alerts.filter(|alert| alert["rule"] == RULE);
    of_rule.map(|alert| alert["output_fields"]["gitlab.event_id"].as_str().unwrap().to_owned()).collect()
}

/// The event types that the rule names.
fn sensitive_acts() -> Vec<String> {
    let listed = Command::new(COMMAND).args(["rules", "list", "--json"]).output().unwrap();
    let rules: Vec<Value> = serde_json::from_slice(&listed.stdout).unwrap();
    let rule = rules.iter().find(|rule| rule["name"] == RULE).unwrap();
    serde_json::from_value(rule["event_types"].clone()).unwrap()
}

#[test]
fn each_sensitive_act_within_a_session_raises_its_alert_though_the_message_names_nobody() {
    let acts = sensitive_acts();
    assert!(acts.len() > 40, "{acts:?}");
    let mut events = vec![event(1, "user_impersonation", 1, "Started Impersonation")];
    events.extend(acts.iter().zip(2..).map(|(act, number)| event(number, act, 7, "x")));
    let expected: Vec<_> = (2..=acts.len() + 1).map(|number| number.to_string()).collect();
    assert_eq!(alerts(&events), expected);
}

#[test]
fn a_user_whose_name_tells_of_a_stop_does_not_end_the_session_with_it() {
    let started = "Instance administrator started impersonation of stopped_joe";
    let stopped = "Instance administrator stopped impersonation of started_joe";
    let events = [
        event(1, "user_impersonation", 1, started),
        event(2, "add_ssh_key", 7, "x"),
        event(3, "user_impersonation", 1, stopped),
        event(4, "add_ssh_key", 7, "x"),
    ];
    assert_eq!(alerts(&events), ["2"]);
}
