//! `events`: the catalogue, whole, filtered, and one type of it.

use serde_json::Value;

use crate::receiver::run_to_end;

fn names(arguments: &[&str]) -> Vec<String> {
    let (code, out, said) = run_to_end(&[&["events", "--json"], arguments].concat());
    assert_eq!((code, said.as_str()), (0, ""));
    let types: Vec<Value> = serde_json::from_str(&out).unwrap();
    types.iter().map(|listed| listed["name"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_catalogue_is_shown_by_category() {
    let (code, out, _) = run_to_end(&["events"]);
    assert_eq!(code, 0);
    let (_, system_access) = out.split_once("\nSystem access\n").unwrap();
    assert!(system_access.starts_with("  allow_mfa_for_subgroups_updated "), "{system_access}");
    assert!(out.contains("job_artifact_downloaded") && out.contains("(streamed only)") && out.contains("(retired)"));
    assert!(out.ends_with("\n681 event types\n"));
}

#[test]
fn one_type_is_shown_with_the_rules_that_look_at_it() {
    let (code, out, _) = run_to_end(&["events", "user_impersonation"]);
    assert_eq!(code, 0);
    for expected in [
        "category    User management\n",
        "scopes      User, Group\n",
        "scenarios   compromised_account, compromised_instance\n",
        "GitLab user impersonated\n",
    ] {
        assert!(out.contains(expected), "{expected} in {out}");
    }
    let (_, out, _) = run_to_end(&["events", "user_impersonation", "--json"]);
    let shown: Value = serde_json::from_str(&out).unwrap();
    assert!(shown["saved"] == true && shown["retired"] == false && !shown["rules"].as_array().unwrap().is_empty());
}

#[test]
fn a_retired_type_says_so() {
    let (code, out, _) = run_to_end(&["events", "policy_violations_detected"]);
    assert!(code == 0 && out.contains("\n  retired ") && out.contains("none looks for it"), "{out}");
}

#[test]
fn filters_go_together_and_a_category_is_known_in_any_case() {
    assert_eq!(names(&[]).len(), 681);
    let of_category = names(&["--category", "webhooks"]);
    assert_eq!(of_category, ["webhook_created", "webhook_destroyed"]);
    let of_scenario = names(&["--scenario", "tampering"]);
    assert!(of_scenario.contains(&"destroy_event_streaming_destination".to_owned()), "{of_scenario:?}");
    assert_eq!(names(&["--category", "webhooks", "--scenario", "tampering"]), [""; 0]);
}

#[test]
fn an_unknown_type_names_the_nearest_and_sends_the_terminal_nothing_to_act_on() {
    let (code, _, said) = run_to_end(&["events", "USER_impersonatoin"]);
    assert!(code == 2 && said.contains("did you mean `user_impersonation`?"), "{said}");
    let (code, _, said) = run_to_end(&["events", "nosuch_type\u{1b}[31m"]);
    assert!(code == 2 && !said.contains("did you mean") && !said.contains('\u{1b}'), "{said}");
    let (code, _, said) = run_to_end(&["events", "--category", "System acess"]);
    assert!(code == 2 && said.contains("`System access`"), "{said}");
    let (code, _, said) = run_to_end(&["events", "--scenario", "mischief"]);
    assert!(code == 2 && said.contains("credential_exposure"), "{said}");
}
