//! `falco-gitlab run`: welcome, alerts, refusals, the end.

use std::{
    collections::BTreeSet,
    io,
    net::TcpListener,
    process::{Command, Stdio},
    time::Instant,
};

use rustix::process::Signal;
use serde_json::{Value, json};

use crate::receiver::{COMMAND, PATIENCE, Running, TOKEN, event, run_to_end};

#[test]
fn the_line_in_the_welcome_works_when_pasted() {
    let mut running = Running::start_exactly(&["--listen", "http://127.0.0.1:0/gitlab"]);
    let mut line = running.said();
    while !line.contains("curl ") {
        line = running.said();
    }
    // Twice, and some time between: each paste is an event of its own.
    for second in [1_700_000_000, 1_700_000_007] {
        // The shell reads the line as somebody's shell would; curl itself need not be installed where tests run.
        let curl = "curl() { printf '%s\\0' \"$@\"; }";
        let date = format!("date() {{ test \"$1\" = +%s && echo {second}; }}");
        let arguments = Command::new("sh").arg("-c").arg(format!("{curl}; {date}; {line}")).output().unwrap().stdout;
        let arguments: Vec<&str> =
            std::str::from_utf8(&arguments).unwrap().trim_end_matches('\0').split('\0').collect();
        let ["-H", header, "-d", body, url] = arguments[..] else { panic!("{arguments:?}") };
        let token = header.strip_prefix("X-Gitlab-Event-Streaming-Token: ").unwrap();
        assert_eq!((token.len(), url), (24, running.url.as_str()));
        assert_eq!(running.post_with(token, body), 200);
        assert_eq!(running.alert()["rule"], "GitLab user impersonated");
    }
}

#[test]
fn an_event_that_is_sent_again_raises_its_alert_once_and_the_log_says_why() {
    let mut running = Running::start(&[]);
    let event = event("user_access_locked", &json!({}));
    for _ in 0..3 {
        assert_eq!(running.post(&event), 200);
    }
    running.signal(Signal::TERM);
    assert_eq!(running.wait().code(), Some(0));
    let alerts = running.rest();
    assert_eq!(alerts.len(), 1, "{alerts:?}");
    let said = running.said_until_the_end();
    let hints = said.iter().filter(|line| line.contains("DeduplicationWindow")).count();
    assert_eq!(hints, 1, "{said:?}");
}

#[test]
fn a_token_that_was_given_is_never_shown() {
    let running = Running::start(&[]);
    assert_eq!(running.post_with("wrong-token-0123456789", "{}"), 401);
    let welcome = running.welcome.clone();
    let said = running.stop_and_listen();
    assert!(!welcome.contains(TOKEN) && said.iter().all(|line| !line.contains(TOKEN)), "{welcome} {said:?}");
}

#[test]
fn one_line_says_what_it_means_that_events_wait_in_memory_only() {
    let folder = tempfile::tempdir().unwrap();
    let warnings = |state: &str| {
        let config = folder.path().join("falco.yaml");
        let text = format!(
            "plugins:\n  - name: gitlab\n    init_config:\n      VerificationToken: {TOKEN}\n{state}    \
             open_params: http://127.0.0.1:0/\n"
        );
        std::fs::write(&config, text).unwrap();
        let running = Running::start_exactly(&["-c", config.to_str().unwrap()]);
        running.welcome.lines().filter(|line| line.contains("events wait in memory only")).count()
    };
    assert_eq!(warnings(""), 1);
    assert_eq!(warnings(&format!("      StateDir: {}\n", folder.path().join("state").display())), 0);
}

#[test]
fn a_token_can_come_from_the_environment() {
    let mut command = Command::new(COMMAND);
    command.args(["run", "--listen", "http://127.0.0.1:0/", "--token", "env:FALCO_GITLAB_TEST_TOKEN"]);
    let running = Running::spawn(command.env("FALCO_GITLAB_TEST_TOKEN", TOKEN).stdout(Stdio::null()));
    assert_eq!(running.post("{}"), 200);
    assert_eq!(running.post_with("env:FALCO_GITLAB_TEST_TOKEN", "{}"), 401);
}

#[test]
fn a_piped_alert_is_falcos_json() {
    let mut running = Running::start(&[]);
    let impersonation = event("user_impersonation", &json!({"details": {"custom_message": "Started Impersonation"}}));
    assert_eq!(running.post(impersonation), 200);
    let alert = running.alert();
    let keys: BTreeSet<&str> = alert.as_object().unwrap().keys().map(String::as_str).collect();
    let expected = ["hostname", "output", "output_fields", "priority", "rule", "source", "tags", "time"];
    assert_eq!(keys, BTreeSet::from(expected));
    assert_eq!(alert["time"], "2023-11-14T22:13:21.500000000Z");
    assert_eq!(alert["rule"], "GitLab user impersonated");
    assert_eq!(alert["priority"], "Warning");
    assert_eq!(alert["source"], "gitlab");
    assert_eq!(alert["hostname"], "test-host");
    assert!(alert["tags"].as_array().unwrap().contains(&json!("gitlab")));
    let output = alert["output"].as_str().unwrap();
    assert!(output.contains("Warning User sidney impersonated by administrator root"), "{output}");
    let fields = &alert["output_fields"];
    assert_eq!(fields["gitlab.author_name"], "root");
    assert_eq!(fields["gitlab.country"], Value::Null);
}

#[test]
fn output_fields_keep_their_types() {
    let folder = tempfile::tempdir().unwrap();
    let rules = folder.path().join("rules.yaml");
    std::fs::write(
        &rules,
        "- rule: All types\n  desc: d\n  condition: gitlab.event_type = x\n  priority: INFO\n  source: gitlab\n  \
         output: \"%gitlab.ip %gitlab.author.is_target %gitlab.delay %gitlab.received_at %gitlab.details[change] %gitlab.event_id\"\n",
    )
    .unwrap();
    let mut running = Running::start(&["--rules", rules.to_str().unwrap()]);
    let further = json!({"id": 77, "ip_address": "198.51.100.7", "target_id": 7, "target_type": "User", "details": {"change": "a"}});
    assert_eq!(running.post(event("x", &further)), 200);
    let alert = running.alert();
    let fields = &alert["output_fields"];
    assert_eq!(fields["gitlab.ip"], "198.51.100.7");
    assert_eq!(fields["gitlab.author.is_target"], true);
    assert!(fields["gitlab.delay"].is_u64() && fields["gitlab.received_at"].is_u64(), "{fields}");
    assert_eq!(fields["gitlab.details[change]"], "a");
    assert_eq!(fields["gitlab.event_id"], "77");
}

#[test]
fn a_wrong_token_is_refused_and_raises_an_alert() {
    let mut running = Running::start(&[]);
    for token in ["wrong-token-0123456789", "x"] {
        assert_eq!(running.post_with(token, event("user_impersonation", &json!({}))), 401);
    }
    let alert = running.alert();
    assert_eq!(alert["rule"], "GitLab receiver was sent events that are not from GitLab");
    let (status, rest) = running.stop();
    assert!(status.success());
    assert!(rest.iter().all(|line| !line.contains("impersonated")), "{rest:?}");
}

#[test]
fn a_body_that_is_no_event_is_refused_with_a_reason() {
    let mut running = Running::start(&[]);
    for body in ["not json", "7", ""] {
        assert_eq!(running.post(body), 400, "{body:?}");
    }
    assert_eq!(running.alert()["rule"], "GitLab events could not be received");
    assert_eq!(running.post(event("user_disable_two_factor", &json!({}))), 200);
    let alert = running.alert();
    assert!(alert["rule"].as_str().unwrap().starts_with("GitLab second factor"), "{alert}");
}

#[test]
fn an_array_of_events_raises_alerts_in_its_order() {
    let mut running = Running::start(&[]);
    let events = ["user_access_locked", "add_gpg_key"].map(|event_type| event(event_type, &json!({})));
    assert_eq!(running.post(format!("[{}]", events.join(","))), 200);
    assert_eq!(running.alert()["rule"], "GitLab account locked");
    assert_eq!(running.alert()["rule"], "GitLab SSH, GPG or deploy key added");
}

#[test]
fn what_was_received_is_looked_at_before_the_end() {
    for signal in [Signal::TERM, Signal::INT] {
        let mut running = Running::start(&[]);
        let events: Vec<_> = (0..500).map(|_| event("user_access_locked", &json!({}))).collect();
        assert_eq!(running.post(events.join("\n")), 200);
        running.signal(signal);
        assert_eq!(running.wait().code(), Some(0));
        assert_eq!(running.rest().len(), 500);
    }
}

#[test]
fn the_port_is_free_again_after_the_end() {
    let running = Running::start(&[]);
    let address = running.url.trim_start_matches("http://").trim_end_matches("/gitlab").to_owned();
    let (status, _) = running.stop();
    assert_eq!(status.code(), Some(0));
    TcpListener::bind(&address).unwrap();
}

#[test]
fn it_ends_quietly_when_nobody_reads_its_alerts_any_more() {
    let mut running = Running::start(&[]);
    running.close_output();
    let deadline = Instant::now() + PATIENCE;
    // The first alerts may still find the pipe open. Once it is closed, the receiver is gone or about to go.
    while running.is_running() {
        running.try_post(&event("user_access_locked", &json!({})));
        assert!(Instant::now() < deadline, "it goes on");
    }
    assert_eq!(running.wait().code(), Some(0));
    assert_eq!(running.stop_and_listen(), Vec::<String>::new());
}

#[test]
fn it_ends_although_its_reader_has_stalled() {
    let (reader, writer) = io::pipe().unwrap();
    let mut command = Command::new(COMMAND);
    command.args(["run", "--listen", "http://127.0.0.1:0/", "--token", TOKEN]);
    let mut running = Running::spawn(command.stdout(writer));
    let events: Vec<_> = (0..2000).map(|_| event("user_access_locked", &json!({}))).collect();
    assert_eq!(running.post(events.join("\n")), 200);
    running.signal(Signal::TERM);
    assert_eq!(running.wait().code(), Some(0));
    let said = running.said_until_the_end().join("\n");
    assert!(said.contains("standard output is not read"), "{said}");
    drop(reader);
}

#[test]
fn several_rules_files_are_used_instead_of_the_built_in_rules() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let rule = |name: &str, condition: &str| {
        format!(
            "- rule: {name}\n  desc: d\n  condition: {condition}\n  output: o\n  priority: INFO\n  source: gitlab\n"
        )
    };
    std::fs::write(path("lists.yaml"), "- list: types\n  items: [b]\n").unwrap();
    std::fs::create_dir(path("more")).unwrap();
    std::fs::write(path("more/2.yml"), rule("Second", "gitlab.event_type in (types)")).unwrap();
    std::fs::write(path("more/1.yaml"), rule("First", "gitlab.event_type = a")).unwrap();
    std::fs::write(path("more/README.md"), "not rules").unwrap();
    let mut running = Running::start(&["--rules", &path("lists.yaml"), "--rules", &path("more")]);
    for event_type in ["user_impersonation", "b", "a"] {
        assert_eq!(running.post(event(event_type, &json!({}))), 200);
    }
    assert_eq!(running.alert()["rule"], "Second");
    assert_eq!(running.alert()["rule"], "First");
    assert!(running.welcome.contains("with 2 rules"), "{}", running.welcome);
}

#[test]
fn help_says_what_there_is_and_that_a_token_is_visible() {
    let (code, help, _) = run_to_end(&["run", "--help"]);
    assert_eq!(code, 0);
    for text in ["--listen", "--token", "--rules", "--json", "--config", "ps", "env:NAME"] {
        assert!(help.contains(text), "{text}: {help}");
    }
}

#[test]
fn a_closed_standard_error_stops_nothing() {
    let mut child = Command::new("sh")
        .arg("-c")
        .arg(format!("exec {COMMAND} replay - 2>&-"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
}
