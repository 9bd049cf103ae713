//! People type their password into the box for the user name. Where GitLab knows no account of that name, it writes what was typed
//! into the event; no shipped rule may print it.

use std::{fs, path::Path};

use serde_json::{Value, json};

use crate::receiver::run_to_end;

const TYPED: &str = "correct-horse-battery";

/// Event `number`, so many seconds after eight o'clock, from an address on a list.
fn event(number: usize, second: usize, event_type: &str, further: &Value) -> String {
    let at = jiff::Timestamp::from_second(1_772_611_200 + i64::try_from(second).unwrap()).unwrap();
    let mut event = json!({
        "id": 1000 + number, "event_type": event_type, "created_at": at.to_string(), "ip_address": "203.0.113.9",
        "details": {"failed_login": "STANDARD"},
    });
    event.as_object_mut().unwrap().extend(further.as_object().unwrap().clone());
    event.to_string()
}

fn of_nobody() -> Value {
    json!({
        "author_id": -1, "author_name": TYPED, "entity_id": 1, "entity_type": "Gitlab::Audit::InstanceScope",
        "entity_path": "gitlab_instance", "target_id": -1, "target_type": "Gitlab::Audit::UnauthenticatedAuthor",
        "target_details": TYPED,
    })
}

fn of_user(path: &str) -> Value {
    json!({
        "author_id": 7, "author_name": "Dev One", "entity_id": 7, "entity_type": "User", "entity_path": path,
        "target_id": 7, "target_type": "User", "target_details": "Dev One",
    })
}

/// The alerts of all shipped rules, those that are off by default too, whichever fit an event.
fn alerts(events: &[String]) -> Vec<Value> {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path
    };
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rules");
    let config = json!({
        "rules_files": [shipped],
        "rules": [{"enable": {"rule": "*"}}],
        "rule_matching": "all",
        "plugins": [{"name": "gitlab", "init_config": {
            "AddressLists": {"tor_exits": write("exits.txt", "203.0.113.9\n")},
        }}],
    });
    let config = write("falco.yaml", &config.to_string());
    let path = write("events.ndjson", &events.join("\n"));
    let (code, out, said) = run_to_end(&["replay", "-c", config.to_str().unwrap(), "--json", path.to_str().unwrap()]);
    assert_eq!(code, 0, "{said}");
    assert!(!said.contains(TYPED), "{said}");
    out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn of_rule<'a>(alerts: &'a [Value], rule: &str) -> Vec<&'a Value> {
    alerts.iter().filter(|alert| alert["rule"] == rule).collect()
}

#[test]
fn what_was_typed_for_an_unknown_account_is_never_printed() {
    let failure = |number: usize| {
        let types = ["login_failed_with_standard_authentication", "omniauth_login_failed"];
        event(number, number, types[number % 2], &of_nobody())
    };
    let mut events: Vec<_> = (1..=50).map(failure).collect();
    // Once a user of that name is signed in, a failure that comes late completes the sequence.
    events.push(event(60, 2_000, "login_failed_with_standard_authentication", &of_nobody()));
    events.extend((61..=63).map(|number| event(number, 2_000 + number, "omniauth_login_failed", &of_nobody())));
    events.push(event(64, 2_100, "authenticated_with_password", &of_user(TYPED)));
    events.push(event(65, 2_099, "login_failed_with_standard_authentication", &of_nobody()));
    let alerts = alerts(&events);
    let told: Vec<_> = alerts.iter().filter(|alert| alert.to_string().contains(TYPED)).collect();
    // The user name of a real account is told with its sign-in.
    let told: Vec<_> = told.iter().filter(|alert| alert["output_fields"]["gitlab.event_id"] != "1064").collect();
    assert!(told.is_empty(), "{told:#?}");
    assert_eq!(of_rule(&alerts, "GitLab password guessed for one account").len(), 2);
    assert_eq!(of_rule(&alerts, "GitLab sign-in failed for an unknown account").len(), 55);
    assert_eq!(of_rule(&alerts, "GitLab sign-in after many failures").len(), 1);
}

#[test]
fn an_account_that_there_is_is_named_when_its_password_is_guessed() {
    let failure = |number| event(number, number, "login_failed_with_standard_authentication", &of_user("dev1"));
    let alerts = alerts(&(1..=10).map(failure).collect::<Vec<_>>());
    let [alert] = of_rule(&alerts, "GitLab password guessed for one account")[..] else { panic!("{alerts:#?}") };
    let output = alert["output"].as_str().unwrap();
    assert!(output.contains("dev1") && output.contains("target_id=7"), "{output}");
}
