//! `rules check`, `rules test`, `rules list` and `rules explain`, on the shipped rules and on broken ones.

use std::{fs, path::PathBuf};

use serde_json::Value;
use tempfile::TempDir;

use crate::receiver::run_to_end;

fn repository(path: &str) -> String {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    root.join(path).canonicalize().unwrap().display().to_string()
}

fn file(folder: &TempDir, name: &str, content: &str) -> String {
    let path = folder.path().join(name);
    fs::write(&path, content).unwrap();
    path.display().to_string()
}

const RULE: &str = "- rule: Token made\n  desc: d\n  condition: gitlab.event_type = personal_access_token_created\n  \
                    output: token %gitlab.token.id made\n  priority: NOTICE\n  source: gitlab\n";

const COVERED: &str = "- test: fires\n  events:\n    - event: {event_type: personal_access_token_created}\n  \
                       alerts: [Token made]\n- test: silent\n  events:\n    - event: {event_type: other}\n  \
                       silent: [Token made]\n";

#[test]
fn the_shipped_rules_load_and_every_one_is_tested() {
    let rules = repository("rules");
    let (code, out, said) = run_to_end(&["rules", "check", &rules]);
    assert_eq!((code, said.as_str()), (0, ""), "{out}");
    let (code, out, said) = run_to_end(&["rules", "test", &rules]);
    assert_eq!((code, said.as_str()), (0, ""), "{out}");
    assert!(out.contains("cases, 0 failed") && !out.contains("missing"), "{out}");
}

#[test]
fn a_broken_rule_is_shown_with_its_place_and_the_nearest_field() {
    let folder = TempDir::new().unwrap();
    let path = file(&folder, "rules.yaml", &RULE.replace("gitlab.event_type", "gitlab.event_typ"));
    let (code, out, _) = run_to_end(&["rules", "check", &path]);
    assert_eq!(code, 1, "{out}");
    assert!(out.contains("LOAD_ERR_COMPILE_CONDITION") && out.contains("rules.yaml:3:14"), "{out}");
    assert!(out.contains("gitlab.event_type"), "the nearest name: {out}");

    let (code, out, _) = run_to_end(&["rules", "check", "--json", &path]);
    assert_eq!(code, 1);
    let report: Value = serde_json::from_str(&out).unwrap();
    let result = &report["falco_load_results"][0];
    assert_eq!(result["successful"], false);
    assert_eq!(result["errors"][0]["code"], "LOAD_ERR_COMPILE_CONDITION");
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let (code, _, said) = run_to_end(&["rules", "check", "/nonexistent/rules.yaml"]);
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("/nonexistent/rules.yaml"), "{said}");
}

#[test]
fn tests_beside_the_rules_pass_and_are_no_rules() {
    let folder = TempDir::new().unwrap();
    file(&folder, "rules.yaml", RULE);
    file(&folder, "rules_test.yaml", COVERED);
    let path = folder.path().display().to_string();
    let (code, out, said) = run_to_end(&["rules", "test", &path]);
    assert_eq!(code, 0, "{out}{said}");
    let (code, out, _) = run_to_end(&["rules", "check", &path]);
    assert_eq!(code, 0, "{out}");
}

#[test]
fn a_failing_case_is_shown_as_a_difference_and_counts_in_junit() {
    let folder = TempDir::new().unwrap();
    file(&folder, "rules.yaml", RULE);
    file(
        &folder,
        "rules_test.yaml",
        &COVERED.replace("event_type: other", "event_type: personal_access_token_created"),
    );
    let junit = folder.path().join("junit.xml").display().to_string();
    let (code, out, _) = run_to_end(&["rules", "test", &folder.path().display().to_string(), "--junit", &junit]);
    assert_eq!(code, 1);
    assert!(out.contains("FAILED") && out.contains("should be silent and fired"), "{out}");
    let junit = fs::read_to_string(junit).unwrap();
    assert!(junit.contains("failures=\"1\""), "{junit}");
}

#[test]
fn a_rule_without_a_silent_case_fails_the_run() {
    let folder = TempDir::new().unwrap();
    file(&folder, "rules.yaml", RULE);
    file(&folder, "rules_test.yaml", COVERED.split("- test: silent").next().unwrap());
    let (code, out, _) = run_to_end(&["rules", "test", &folder.path().display().to_string()]);
    assert_eq!(code, 1);
    assert!(out.contains("missing a case in which \"Token made\" must stay silent"), "{out}");
}

#[test]
fn events_of_a_test_happen_when_it_says() {
    let folder = TempDir::new().unwrap();
    file(
        &folder,
        "rules.yaml",
        &RULE.replace("personal_access_token_created", "x and evt.rawtime = 1767225600000000000"),
    );
    let tests = COVERED
        .replace(
            "    - event: {event_type: personal_access_token_created}",
            "    - {event: {event_type: x}, at: '2026-01-01T00:00:00Z'}",
        )
        .replace("event_type: other", "event_type: x");
    file(&folder, "rules_test.yaml", &tests);
    let (code, out, _) = run_to_end(&["rules", "test", &folder.path().display().to_string()]);
    assert_eq!(code, 0, "{out}");
}

#[test]
fn hostile_texts_in_events_do_not_reach_the_terminal() {
    let folder = TempDir::new().unwrap();
    let event = file(&folder, "event.json", r#"{"event_type":"\u001b[31mred"}"#);
    let rules = file(&folder, "rules.yaml", RULE);
    let (code, out, _) = run_to_end(&["rules", "explain", "Token made", &event, "--rules", &rules]);
    assert_eq!(code, 0);
    assert!(out.contains("does not fire") && !out.contains('\u{1b}'), "{out}");
}

#[test]
fn an_explanation_shows_each_value_and_what_decided() {
    let event = repository("crates/audit-event/tests/samples/real/peer_user_disable_two_factor.json");
    let (code, out, _) = run_to_end(&["rules", "explain", "GitLab second factor of another user disabled", &event]);
    assert_eq!(code, 0);
    assert!(out.starts_with("GitLab second factor of another user disabled does not fire on event 1"), "{out}");
    assert!(out.contains("* false    gitlab.author.is_target = false"), "{out}");
    assert!(out.contains("gitlab.author.is_target = true"), "{out}");
}

#[test]
fn an_unknown_rule_names_the_nearest() {
    let (code, _, said) = run_to_end(&["rules", "explain", "GitLab user impersonatd", "-"]);
    assert_eq!(code, 2);
    assert!(said.contains("`GitLab user impersonated`"), "{said}");
}

#[test]
fn the_list_says_what_each_rule_finds_and_which_events_it_looks_at() {
    let folder = TempDir::new().unwrap();
    let any = "- rule: Any | event\n  desc: two\n    lines\n  condition: gitlab.ip exists\n  output: o\n  priority: INFO\n  \
               source: gitlab\n  tags: [b, a]\n  enabled: false\n";
    let path = file(&folder, "rules.yaml", &(RULE.to_owned() + any));
    let (code, out, said) = run_to_end(&["rules", "list", "--json", "--rules", &path]);
    assert_eq!((code, said.as_str()), (0, ""));
    let expected = serde_json::json!([
        {"name": "Token made", "priority": "Notice", "source": "gitlab", "tags": [], "description": "d", "enabled": true,
         "event_types": ["personal_access_token_created"]},
        {"name": "Any | event", "priority": "Informational", "source": "gitlab", "tags": ["a", "b"],
         "description": "two lines", "enabled": false, "event_types": null},
    ]);
    assert_eq!(serde_json::from_str::<Value>(&out).unwrap(), expected);

    let (_, out, _) = run_to_end(&["rules", "list", "--markdown", "--rules", &path]);
    assert!(out.contains("\n| Any \\| event | Informational | gitlab | a b | two lines |\n"), "{out}");
    let (_, out, _) = run_to_end(&["rules", "list", "--rules", &path]);
    assert!(
        out.contains("Informational  Any | event  (disabled)\n    two lines\n    source=gitlab tags=a,b\n"),
        "{out}"
    );
}

#[test]
fn what_a_rules_file_holds_cannot_drive_the_terminal_that_lists_it() {
    let folder = TempDir::new().unwrap();
    let path = file(&folder, "rules.yaml", &RULE.replace("rule: Token made", r#"rule: "Evil \u009b31m \u202e \e[2J""#));
    for format in [&[][..], &["--json"], &["--markdown"]] {
        let (code, out, _) = run_to_end(&[&["rules", "list", "--rules", &path], format].concat());
        assert!(code == 0 && out.contains("Evil"), "{out}");
        assert!(!out.contains(['\u{9b}', '\u{202e}', '\u{1b}']), "{out:?}");
    }
}

#[test]
fn the_list_is_of_the_built_in_rules_unless_told_otherwise() {
    let (code, out, _) = run_to_end(&["rules", "list"]);
    assert!(code == 0 && out.contains("GitLab user impersonated"), "{out}");
}
