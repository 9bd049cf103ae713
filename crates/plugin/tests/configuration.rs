//! Configuration as Falco really passes it, and mistakes in it: one line that names the key and the mend, at start.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod host;

use std::fs;
use std::net::TcpListener;

use host::{Library, TOKEN};
use serde_json::{Value, json};

/// What Falco would print when it refuses to start with this configuration.
fn refusal(config: &str, open_params: Option<&str>) -> String {
    let error = Library::try_to_open(config, open_params).expect_err(config);
    assert_eq!(error.lines().count(), 1, "one line: {error}");
    error
}

#[test]
fn absent_and_null_configurations_get_as_far_as_the_missing_token() {
    for config in ["", "null", "{}"] {
        for open_params in [None, Some(""), Some("http://127.0.0.1:0/")] {
            let error = refusal(config, open_params);
            assert!(error.starts_with("VerificationToken: not set"), "{config:?} {open_params:?}: {error}");
        }
    }
}

#[test]
fn open_parameters_win_over_listen() {
    let config = json!({"VerificationToken": TOKEN, "Listen": "http://192.0.2.1:1/"}).to_string();
    assert_eq!(Library::try_to_open(&config, Some("http://127.0.0.1:0/gitlab")), Ok(()));
    assert!(refusal(&config, None).contains("192.0.2.1:1"));
}

#[test]
fn a_token_that_yaml_made_a_number_still_works() {
    assert_eq!(Library::try_to_open(r#"{"VerificationToken": 1234567890123456}"#, Some("http://127.0.0.1:0/")), Ok(()));
    let error = refusal(r#"{"VerificationToken": 123456789012345678901234567890}"#, None);
    assert!(error.starts_with("VerificationToken: ") && error.contains("file:"), "{error}");
}

#[test]
fn an_unknown_key_is_named_with_the_nearest_one() {
    let error = refusal(r#"{"VerificationTokn": "x"}"#, None);
    assert!(error.contains("`VerificationTokn`") && error.contains("did you mean `VerificationToken`?"), "{error}");
}

#[test]
fn a_port_that_is_taken_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let config = json!({"VerificationToken": TOKEN, "Listen": format!("http://{address}/")}).to_string();
    let error = refusal(&config, None);
    assert!(error.starts_with("Listen (or open_params): ") && error.contains(&address.to_string()), "{error}");
    assert!(error.contains("in use"), "{error}");
}

#[test]
fn a_missing_or_broken_certificate_names_the_file() {
    let folder = host::folder();
    let config = |settings: Value| {
        let mut config = json!({"VerificationToken": TOKEN});
        config.as_object_mut().unwrap().extend(settings.as_object().unwrap().clone());
        config.to_string()
    };
    let https = Some("https://127.0.0.1:0/");
    assert!(refusal(&config(json!({})), https).starts_with("SecretsDir: not set"));
    let error = refusal(&config(json!({"SecretsDir": folder.path()})), https);
    assert!(error.starts_with("SecretsDir: ") && error.contains("server.crt"), "{error}");
    fs::write(folder.path().join("server.crt"), "garbage").unwrap();
    fs::write(folder.path().join("server.key"), "garbage").unwrap();
    let error = refusal(&config(json!({"SecretsDir": folder.path()})), https);
    assert!(error.starts_with("SecretsDir: ") && error.contains("server."), "{error}");
}

#[test]
fn a_malformed_token_is_refused_without_being_shown() {
    let error = refusal(r#"{"VerificationToken": "geheim geheim"}"#, None);
    assert!(error.starts_with("VerificationToken: ") && !error.contains("geheim"), "{error}");
}

#[test]
fn the_schema_is_json_and_names_every_key() {
    let schema: Value = serde_json::from_str(&Library::schema()).unwrap();
    for key in ["SecretsDir", "UseHTTPS", "VerificationToken", "MaxmindCityDBPath", "Debug", "DebugJSON", "Listen"] {
        assert!(schema["properties"][key]["description"].is_string(), "{key}");
    }
}
