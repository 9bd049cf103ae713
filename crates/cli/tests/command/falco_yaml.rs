//! One falco.yaml for Falco and for us.

use std::{fs, path::Path};

use serde_json::{Value, json};

use crate::receiver::{Running, TOKEN, event, run_to_end};

/// Starts with a falco.yaml of this text, in which `FOLDER` stands for the folder.
fn start(folder: &Path, text: &str) -> Running {
    let path = folder.join("falco.yaml");
    fs::write(&path, text.replace("FOLDER", &folder.display().to_string())).unwrap();
    Running::start(&["-c", path.to_str().unwrap()])
}

fn locked() -> String {
    event("user_access_locked", &json!({}))
}

#[test]
fn a_file_written_for_falco_works_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rules/gitlab_compromised_account_sign_in.yaml");
    fs::copy(rules, folder.path().join("gitlab_compromised_account_sign_in.yaml")).unwrap();
    let path = folder.path().join("falco.yaml");
    let text = r#"
# As packaged, shortened, with the plugin added.
config_files:
  - /etc/falco/config.d
watch_config_files: true
rules_files:
  - /nonexistent/falco_rules.yaml
  - FOLDER/gitlab_compromised_account_sign_in.yaml
engine:
  kind: nodriver
load_plugins: [gitlab, json]
plugins:
  - name: k8saudit
    library_path: libk8saudit.so
    init_config: ""
    open_params: "http://:9765/k8s-audit"
  - name: json
    library_path: libjson.so
  - name: gitlab
    library_path: libgitlab.so
    init_config:
      UseHTTPS: false
      VerificationToken: ${FALCO_GITLAB_TEST_TOKEN}
      Debug: false
    open_params: http://127.0.0.1:0/gitlab
time_format_iso_8601: false
priority: debug
json_output: true
json_include_output_property: true
json_include_message_property: false
json_include_output_fields_property: true
json_include_tags_property: true
buffered_outputs: false
rule_matching: first
outputs_queue:
  capacity: 0
stdout_output:
  enabled: true
syslog_output:
  enabled: false
file_output:
  enabled: false
  keep_alive: false
  filename: ./events.txt
http_output:
  enabled: false
  url: ""
  user_agent: "falcosecurity/falco"
  insecure: false
  mtls: false
program_output:
  enabled: false
  keep_alive: false
  program: "jq '{text: .output}' | curl -d @- -X POST https://hooks.slack.com/services/XXX"
grpc_output:
  enabled: false
webserver:
  enabled: true
  listen_port: 8765
log_stderr: true
libs_logger:
  enabled: true
metrics:
  enabled: false
syscall_event_drops:
  threshold: .1
base_syscalls:
  custom_set: []
  repair: false
falco_libs:
  thread_table_size: 262144
"#;
    fs::write(&path, text.replace("FOLDER", &folder.path().display().to_string())).unwrap();
    let mut command = std::process::Command::new(crate::receiver::COMMAND);
    command.args(["run", "-c", path.to_str().unwrap()]).env("FALCO_GITLAB_TEST_TOKEN", TOKEN);
    let mut running = Running::spawn(command.stdout(std::process::Stdio::piped()));
    assert!(running.welcome.contains("rules_files: /nonexistent/falco_rules.yaml is not there"), "{}", running.welcome);
    assert_eq!(running.post(locked()), 200);
    assert_eq!(running.alert()["rule"], "GitLab account locked");
}

#[test]
fn init_config_may_be_json() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("falco.yaml");
    let text = format!(
        "plugins:\n- name: gitlab\n  init_config: '{{\"VerificationToken\": \"{TOKEN}\", \"Listen\": \"http://127.0.0.1:0/x\"}}'\n"
    );
    fs::write(&path, text).unwrap();
    let mut running = Running::start_exactly(&["-c", path.to_str().unwrap()]);
    assert!(running.url.ends_with("/x"), "{}", running.url);
    assert_eq!(running.post(locked()), 200);
    assert_eq!(running.alert()["rule"], "GitLab account locked");
}

#[test]
fn a_token_that_looks_like_a_number_keeps_its_zeros() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("falco.yaml");
    let text = "plugins:\n- name: gitlab\n  init_config: {VerificationToken: 0012345678901234567}\n  open_params: http://127.0.0.1:0/\n";
    fs::write(&path, text).unwrap();
    let running = Running::start_exactly(&["-c", path.to_str().unwrap()]);
    assert_eq!(running.post_with("12345678901234567", locked()), 401);
    assert_eq!(running.post_with("0012345678901234567", locked()), 200);
}

#[test]
fn a_path_as_open_params_is_read_to_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let events = folder.path().join("events.ndjson");
    fs::write(&events, format!("{}\n{}\n", locked(), locked())).unwrap();
    let path = folder.path().join("falco.yaml");
    fs::write(&path, format!("plugins:\n- name: gitlab\n  open_params: {}\n", events.display())).unwrap();
    let (code, out, said) = run_to_end(&["run", "-c", path.to_str().unwrap()]);
    assert_eq!((code, out.lines().count()), (0, 2), "{said}");
}

#[test]
fn flags_win_over_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let text = "plugins:\n- name: gitlab\n  init_config: {VerificationToken: token-of-the-file-01}\n  open_params: http://127.0.0.1:1/file\nrules_files: []\n";
    let mut running = start(folder.path(), text);
    assert!(running.url.ends_with("/gitlab"), "{}", running.url);
    assert_eq!(running.post_with("token-of-the-file-01", locked()), 401);
    assert!(running.welcome.contains("with 0 rules"), "{}", running.welcome);
    let (status, rest) = running.stop();
    assert!(status.success() && rest.is_empty());
    running = start(folder.path(), "json_output: false\n");
    running.post(locked());
    assert!(running.line().contains("Notice Account sidney locked"));
}

#[test]
fn rules_are_chosen_by_priority_name_and_tag() {
    let folder = tempfile::tempdir().unwrap();
    let mut running = start(
        folder.path(),
        "priority: notice\nrules:\n  - disable: {rule: '*locked'}\n  - disable: {tag: gitlab_credential_exposure}\n  - enable: {rule: GitLab SSH*}\n",
    );
    for event_type in ["user_access_locked", "personal_access_token_created", "add_gpg_key"] {
        assert_eq!(running.post(event(event_type, &json!({}))), 200);
    }
    assert_eq!(running.alert()["rule"], "GitLab SSH, GPG or deploy key added");
    assert!(running.stop().1.is_empty());

    let mut running = start(folder.path(), "priority: warning\n");
    running.post(locked());
    running.post(event("user_disable_two_factor", &json!({})));
    assert!(running.alert()["rule"].as_str().unwrap().starts_with("GitLab second factor"));
}

#[test]
fn rule_matching_all_raises_every_alert() {
    let folder = tempfile::tempdir().unwrap();
    let text = "rule_matching: all\nrules:\n  - enable: {rule: GitLab event without a rule}\n";
    let mut running = start(folder.path(), text);
    running.post(locked());
    let rules = [running.alert()["rule"].clone(), running.alert()["rule"].clone()];
    assert_eq!(rules, ["GitLab account locked", "GitLab event without a rule"]);
}

#[test]
fn json_members_can_be_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let text = "json_output: true\njson_include_output_property: false\njson_include_tags_property: false\n";
    let mut running = start(folder.path(), text);
    running.post(locked());
    let alert = running.alert();
    assert_eq!((alert.get("output"), alert.get("tags")), (None::<&Value>, None));
    assert_eq!(alert["rule"], "GitLab account locked");
}

#[test]
fn text_has_the_time_that_was_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let mut running = start(folder.path(), "json_output: false\ntime_format_iso_8601: true\n");
    running.post(locked());
    let line = running.line();
    assert!(line.starts_with("2023-11-14T22:13:21.500000000+0000: Notice Account sidney locked"), "{line}");
}

#[test]
fn a_line_of_text_stays_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let mut running = start(folder.path(), "json_output: false\n");
    let further = json!({"details": {"target_details": "x\n22:13:21.0: Critical forged\x1b[2J"}});
    running.post(event("user_access_locked", &further));
    let line = running.line();
    assert!(line.contains("x\\n22:13:21.0: Critical forged\\u{1b}[2J"), "{line}");
}

#[test]
fn replay_reads_the_same_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("falco.yaml");
    let alerts = folder.path().join("alerts");
    fs::write(&path, format!("priority: warning\nfile_output: {{enabled: true, filename: {}}}\n", alerts.display()))
        .unwrap();
    let events = folder.path().join("events.ndjson");
    fs::write(&events, format!("{}\n{}\n", locked(), event("user_disable_two_factor", &json!({})))).unwrap();
    let (code, out, _) = run_to_end(&["replay", events.to_str().unwrap(), "--json", "-c", path.to_str().unwrap()]);
    assert_eq!((code, out.lines().count()), (0, 1), "{out}");
    assert!(!alerts.exists(), "old events raise no new alarm there");
}
