//! Rules that look at what trackers find, from events to alerts through `falco-gitlab replay`.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::receiver::{Running, run_to_end};

#[path = "../../../enrich/tests/scenarios/mod.rs"]
mod scenarios;

use scenarios::{Scenario, databases, scenarios, tor_exits};

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

/// The shipped rules, all that fit an event, with databases of the scenarios; and a rule besides.
fn falco_yaml(folder: &Path, own_rule: Option<&str>) -> String {
    let (city, asn) = databases(folder);
    let own = folder.join("own.yaml");
    fs::write(&own, own_rule.unwrap_or("[]")).unwrap();
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rules");
    let config = json!({
        "rules_files": [shipped, own],
        "rule_matching": "all",
        "json_output": true,
        "plugins": [{"name": "gitlab", "init_config": {
            "MaxmindCityDBPath": city, "MaxmindASNDBPath": asn, "AddressLists": {"tor_exits": tor_exits(folder)},
        }}],
    });
    let path = folder.join("falco.yaml");
    fs::write(&path, config.to_string()).unwrap();
    path.to_str().unwrap().to_owned()
}

/// The ids of the events that raise an alert of the scenario's rule.
fn replayed(scenario: &Scenario) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let config = falco_yaml(folder.path(), scenario.own_rule().as_deref());
    let events = folder.path().join("events.ndjson");
    fs::write(&events, scenario.events.join("\n")).unwrap();
    let (code, out, said) = run_to_end(&["replay", "-c", &config, "--json", events.to_str().unwrap()]);
    assert_eq!(code, 0, "{said}");
    let alerts = out.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let alerts = alerts.filter(|alert| alert["rule"] == scenario.rule_name());
    alerts.map(|alert| alert["output_fields"]["gitlab.event_id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn each_builtin_tracker_raises_its_alert_in_replay_with_the_event_that_is_too_much_and_not_before() {
    for scenario in scenarios() {
        assert_eq!(replayed(&scenario), [scenario.last_id()], "{}", scenario.tracker);
    }
}

#[test]
fn each_builtin_tracker_has_a_scenario() {
    let trackers = enrich::builtin_trackers().into_iter().map(|tracker| tracker.declaration.name);
    let told: BTreeSet<_> = scenarios().iter().map(|scenario| scenario.tracker.to_owned()).collect();
    assert_eq!(told, trackers.collect());
}

#[test]
fn posts_with_a_wrong_token_raise_the_alert_of_a_tracker_that_counts_them() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("falco.yaml");
    let trackers = json!([{"Name": "refused_posts", "Kind": "count", "Window": "10m",
        "Condition": "gitlab.pluginerror.kind = unauthorized"}]);
    let settings = json!({"plugins": [{"name": "gitlab", "init_config": {"Trackers": trackers}}]});
    fs::write(&config, settings.to_string()).unwrap();
    let rules = folder.path().join("rules.yaml");
    let rule = "- rule: Posts of others\n  desc: x\n  condition: gitlab.count[refused_posts] >= 1\n  \
                output: count=%gitlab.count[refused_posts]\n  priority: WARNING\n  source: gitlab\n";
    fs::write(&rules, rule).unwrap();
    let mut running = Running::start(&["-c", config.to_str().unwrap(), "--json", "--rules", rules.to_str().unwrap()]);
    assert_eq!(running.post_with("a-token-of-somebody-else", "{}"), 401);
    let alert = running.alert();
    assert_eq!(alert["rule"], "Posts of others");
    assert_eq!(alert["output_fields"]["gitlab.count[refused_posts]"], 1);
}
