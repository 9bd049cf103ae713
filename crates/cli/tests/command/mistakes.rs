//! Mistakes in the configuration stop the start with exit code 2 and one line that names the key and the mend.

use std::{fs, net::TcpListener, path::Path};

use crate::receiver::{TOKEN, run_to_end};

/// Fails to start; gives what was said.
fn refusal(arguments: &[&str]) -> String {
    let (code, out, said) = run_to_end(&[&["run"], arguments].concat());
    assert_eq!((code, out.as_str()), (2, ""), "{said}");
    assert!(said.starts_with("falco-gitlab: "), "{said}");
    said.trim_start_matches("falco-gitlab: ").to_owned()
}

fn one_line(said: &str) -> &str {
    assert_eq!(said.lines().count(), 1, "{said}");
    said.trim_end()
}

/// Fails to start with this falco.yaml; gives what was said.
fn refusal_of_file(text: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("falco.yaml");
    fs::write(&path, text).unwrap();
    let said = refusal(&["-c", path.to_str().unwrap()]);
    one_line(&said).replace(&format!("{}", path.display()), "falco.yaml")
}

fn plugin(init_config: &str, open_params: &str) -> String {
    format!("plugins:\n  - name: gitlab\n    init_config: {init_config}\n    open_params: {open_params}\n")
}

#[test]
fn an_unknown_key_names_the_nearest() {
    assert_eq!(
        refusal_of_file(&plugin("{VerificationTokne: x}", "http://127.0.0.1:0")),
        "falco.yaml:3: plugins.init_config: unknown key `VerificationTokne`; did you mean `VerificationToken`?"
    );
    assert_eq!(
        refusal_of_file("json_ouput: true\n"),
        "falco.yaml:1: unknown key `json_ouput`; did you mean `json_output`?"
    );
}

#[test]
fn https_without_a_certificate_names_secrets_dir() {
    let init_config = format!("{{VerificationToken: {TOKEN}}}");
    let said = refusal_of_file(&plugin(&init_config, "https://127.0.0.1:0/"));
    assert!(said.starts_with("SecretsDir: not set"), "{said}");
    let init_config = format!("{{VerificationToken: {TOKEN}, SecretsDir: /nonexistent}}");
    let said = refusal_of_file(&plugin(&init_config, "https://127.0.0.1:0/"));
    assert!(said.starts_with("SecretsDir: ") && said.contains("/nonexistent"), "{said}");
}

#[test]
fn a_missing_token_is_not_made_up_for_a_configured_plugin() {
    let said = refusal_of_file(&plugin("{}", "http://127.0.0.1:0/"));
    assert!(said.starts_with("VerificationToken: not set"), "{said}");
}

#[test]
fn a_port_that_is_taken_is_named() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let said = refusal(&["--listen", &format!("http://{address}/gitlab")]);
    let said = one_line(&said);
    assert!(
        said.starts_with("--listen: ") && said.contains(&address.port().to_string()) && said.contains("in use"),
        "{said}"
    );
}

#[test]
fn malformed_flags_are_named_and_a_token_is_not_repeated() {
    let said = refusal(&["--listen", "127.0.0.1:8765"]);
    assert!(one_line(&said).starts_with("--listen: "), "{said}");
    let said = refusal(&["--token", "hunter2 hunter2"]);
    assert!(one_line(&said).starts_with("--token: ") && !said.contains("hunter2"), "{said}");
    let said = refusal(&["--token", ""]);
    assert!(one_line(&said).starts_with("--token: "), "{said}");
}

#[test]
fn a_rules_file_that_is_not_there_is_named() {
    let said = refusal(&["--rules", "/nonexistent/rules.yaml"]);
    assert!(one_line(&said).starts_with("--rules: the rules file /nonexistent/rules.yaml cannot be read"), "{said}");
}

#[test]
fn a_broken_rule_is_shown_where_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rules.yaml");
    let rule = "- rule: Broken\n  desc: d\n  condition: gitlab.event_typ = x\n  output: o\n  priority: INFO\n  source: gitlab\n";
    fs::write(&path, rule).unwrap();
    let said = refusal(&["--rules", path.to_str().unwrap()]);
    assert!(said.starts_with("--rules: "), "{said}");
    assert!(said.contains(&format!("{}:3:", path.display())) && said.contains("gitlab.event_type"), "{said}");
}

#[test]
fn a_configuration_file_that_is_not_there_or_not_yaml_is_named() {
    let said = refusal(&["-c", "/nonexistent/falco.yaml"]);
    assert!(one_line(&said).starts_with("/nonexistent/falco.yaml: the configuration file cannot be read"), "{said}");
    let said = refusal_of_file("a: [1\nb: 2\n");
    assert!(said.starts_with("falco.yaml:2: this is not valid YAML"), "{said}");
}

#[test]
fn an_output_that_cannot_be_opened_is_named() {
    let said = refusal_of_file("file_output: {enabled: true, filename: /nonexistent/alerts}\n");
    assert!(said.starts_with("file_output.filename: /nonexistent/alerts cannot be written"), "{said}");
    let said = refusal_of_file("http_output: {enabled: true, url: 'https://x/', ca_cert: /nonexistent/ca}\n");
    assert!(said.starts_with("http_output.ca_cert: "), "{said}");
}

#[test]
fn replay_of_a_file_that_is_not_there_ends_with_1() {
    assert!(!Path::new("/nonexistent").exists());
    let (code, _, said) = run_to_end(&["replay", "/nonexistent/x.json"]);
    assert_eq!(code, 1);
    assert!(said.contains("/nonexistent/x.json"), "{said}");
}
