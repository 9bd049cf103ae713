//! Rules that look at what trackers find, from events to alerts through `falco-gitlab replay`.

use std::fs;

use serde_json::{Value, json};

use crate::receiver::run_to_end;

/// One rule for each kind of tracker, and one for a tracker of the operator's.
const RULES: &str = "
- rule: Password guessing
  desc: x
  condition: gitlab.count[failed_sign_ins_by_account] >= 5
  output: count=%gitlab.count[failed_sign_ins_by_account]
  priority: WARNING
  source: gitlab
- rule: Password spray
  desc: x
  condition: gitlab.count[accounts_tried_by_address] >= 3
  output: count=%gitlab.count[accounts_tried_by_address]
  priority: WARNING
  source: gitlab
- rule: Guessed
  desc: x
  condition: gitlab.sequence[failures_then_sign_in] = true
  output: x
  priority: CRITICAL
  source: gitlab
- rule: Impersonated
  desc: x
  condition: gitlab.session[impersonation] exists
  output: by=%gitlab.session[impersonation]
  priority: CRITICAL
  source: gitlab
- rule: First colour
  desc: x
  condition: gitlab.first_seen[colour_of_account] = true
  output: x
  priority: NOTICE
  source: gitlab
";

fn event(minute: u64, event_type: &str, members: &Value) -> String {
    let mut event = json!({
        "id": minute, "event_type": event_type, "author_id": 7, "author_name": "Dev One", "target_id": 7,
        "target_type": "User", "target_details": "Dev One", "ip_address": "193.0.6.139",
        "created_at": format!("2026-02-10T{:02}:{:02}:00.000Z", minute / 60, minute % 60),
    });
    for (name, value) in members.as_object().unwrap() {
        event[name] = value.clone();
    }
    event.to_string()
}

fn events() -> Vec<String> {
    let none = json!({});
    let failure = "login_failed_with_standard_authentication";
    let impersonation =
        |message: &str| json!({"author_id": 1, "author_name": "Ada", "details": {"custom_message": message}});
    let account = |id: u64| json!({"target_id": id, "target_details": format!("user {id}")});
    let mut events: Vec<_> = (0..5).map(|minute| event(minute, failure, &none)).collect();
    events.push(event(5, "authenticated_with_password", &none));
    events.extend((0..3).map(|n| event(60 + n, failure, &account(100 + n))));
    events.push(event(120, "user_impersonation", &impersonation("Started Impersonation")));
    events.push(event(121, "add_ssh_key", &none));
    events.push(event(122, "user_impersonation", &impersonation("Stopped Impersonation")));
    events.push(event(123, "add_ssh_key", &none));
    events.push(event(180, "label_created", &json!({"details": {"colour": "red"}})));
    events.push(event(181, "label_created", &json!({"details": {"colour": "red"}})));
    events
}

#[test]
fn each_kind_of_tracker_raises_its_alert_in_replay() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let rules = write("rules.yaml", RULES);
    let config = format!(
        "rules_files: [{rules}]
plugins:
  - name: gitlab
    init_config:
      StateDir: {}
      Trackers:
        - Name: colour_of_account
          Kind: first_seen
          Key: [gitlab.author_id]
          Value: gitlab.details[colour]
          Window: 30d
",
        folder.path().display()
    );
    let config = write("falco.yaml", &config);
    let path = write("events.ndjson", &events().join("\n"));
    let replay = || {
        let (code, out, said) = run_to_end(&["replay", "-c", &config, "--json", &path]);
        assert_eq!(code, 0, "{said}");
        let alerts = out.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let told = |alert: Value| (alert["rule"].as_str().unwrap().to_owned(), alert["output"].to_string());
        alerts.map(told).collect::<Vec<_>>()
    };
    let alerts = replay();
    let names: Vec<_> = alerts.iter().map(|(rule, _)| rule.as_str()).collect();
    assert_eq!(names, ["Password guessing", "Guessed", "Password spray", "Impersonated", "First colour"]);
    assert!(alerts[0].1.contains("count=5") && alerts[3].1.contains("by=Ada"), "{alerts:?}");
    assert_eq!(replay(), alerts, "a replay leaves nothing behind");
    assert!(!folder.path().join("trackers.snapshot").exists());
}

#[test]
fn a_tracker_that_cannot_work_stops_the_start_with_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("falco.yaml");
    for (tracker, expected) in [
        ("{Name: a, Kind: count, Window: 1m, Key: gitlab.autor_id}", "a: unknown field `gitlab.autor_id`"),
        (
            "{Name: a, Kind: count, Window: 1m, Condition: 'gitlab.count[b] > 1'}",
            "a: `gitlab.count` is found by trackers",
        ),
        ("{Name: a, Kind: counter, Window: 1m}", "Trackers: entry 1: unknown variant `counter`"),
    ] {
        let text = format!("plugins:\n  - name: gitlab\n    init_config:\n      Trackers: [{tracker}]\n");
        fs::write(&config, text).unwrap();
        let (code, _, said) = run_to_end(&["replay", "-c", config.to_str().unwrap(), folder.path().to_str().unwrap()]);
        assert!(code == 2 && said.contains(expected), "{code} {said}");
    }
}
