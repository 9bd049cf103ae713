//! Each of the Go plugin's sample messages raises the alert it should, with the built-in rules.

use std::{fs, path::Path};

use serde_json::Value;

use crate::{
    geoip,
    receiver::{Running, TOKEN},
};

/// The sample and its alert. A token that is deleted raised none with the Go plugin's own rules either.
const SAMPLES: &[(&str, Option<&str>)] = &[
    ("add_gpg_key", Some("GitLab SSH, GPG or deploy key added")),
    ("cluster_agent_token_created", Some("GitLab access token created")),
    ("created_group_namespace_filter", Some("GitLab audit event stream filtered")),
    ("created_instance_namespace_filter", Some("GitLab audit event stream filtered")),
    ("destroy_instance_event_streaming_destination", Some("GitLab audit event stream changed or removed")),
    ("event_type_filters_created", Some("GitLab audit event stream filtered")),
    ("group_access_token_created", Some("GitLab access token created")),
    ("group_deploy_token_created", Some("GitLab access token created")),
    ("group_require_two_factor_authentication_updated", Some("GitLab access requirement of a group tightened")),
    ("ip_restrictions_changed", Some("GitLab access requirement of a group tightened")),
    ("login_failed_with_otp_authentication", Some("GitLab second factor failed at sign-in")),
    ("login_failed_with_standard_authentication", Some("GitLab sign-in failed for an unknown account")),
    ("personal_access_token_created", Some("GitLab access token created")),
    ("policy_project_updated", Some("GitLab security policy removed")),
    ("project_access_token_created", Some("GitLab access token with strong scopes created")),
    ("project_access_token_deleted", None),
    ("project_require_password_to_approve_updated", Some("GitLab approval or merge rules weakened")),
    ("repository_git_opeation", Some("GitLab repository used from an unknown country")),
    ("require_reauthentication_to_approve_updated", Some("GitLab approval or merge rules weakened")),
    ("update_instance_event_streaming_destination", Some("GitLab audit event stream changed or removed")),
    ("user_admin_status_updated", Some("GitLab administrator rights granted")),
    ("user_disable_two_factor", Some("GitLab second factor disabled")),
    ("user_impersonation", Some("GitLab user impersonated")),
];

fn read(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../audit-event/tests/samples/real");
    fs::read_to_string(folder.join(format!("peer_{name}.json"))).unwrap()
}

#[test]
fn each_sample_of_the_go_plugin_raises_its_alert() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("city.mmdb");
    let git: Value = serde_json::from_str(&read("repository_git_opeation")).unwrap();
    geoip::write(&database, git["ip_address"].as_str().unwrap(), "Atlantis");
    let config = folder.path().join("falco.yaml");
    let text = format!(
        "plugins:\n  - name: gitlab\n    init_config:\n      VerificationToken: {TOKEN}\n      MaxmindCityDBPath: {}\n    \
         open_params: http://127.0.0.1:0/gitlab\n",
        database.display()
    );
    fs::write(&config, text).unwrap();
    let mut running = Running::start_exactly(&["-c", config.to_str().unwrap(), "--json"]);
    let mut raised = Vec::new();
    for (name, rule) in SAMPLES {
        assert_eq!(running.post(read(name)), 200, "{name}");
        let alert = rule.map(|_| running.alert()["rule"].as_str().unwrap().to_owned());
        raised.push((*name, alert));
    }
    let expected: Vec<_> = SAMPLES.iter().map(|&(name, rule)| (name, rule.map(str::to_owned))).collect();
    assert_eq!(raised, expected);
    let (status, rest) = running.stop();
    assert!(status.success());
    assert_eq!(rest, Vec::<String>::new(), "one alert each, and no more");
}
