//! The settings as Falco really passes them ("Falco as a host", section Configuration) and as operators mistype them.

use std::fs;
use std::path::PathBuf;

use tempfile::TempDir;

use super::*;

fn refusal(init_config: &str) -> String {
    let error = Settings::from_init_config(init_config).expect_err(init_config).to_string();
    assert_eq!(error.lines().count(), 1, "one line: {error}");
    error
}

#[test]
fn absent_empty_and_null_are_all_defaults() {
    for text in ["", "  ", "null", "{}", r#""{}""#, r#""null""#] {
        let settings = Settings::from_init_config(text).unwrap();
        assert!(settings.tokens.is_empty(), "{text:?}");
        assert_eq!(settings.max_event_size, 25 << 20);
        assert_eq!(settings.scheme, DefaultScheme::Https);
    }
}

#[test]
fn the_configuration_of_the_go_plugin_is_taken_as_it_is() {
    let settings = Settings::from_init_config(
        r#"{"SecretsDir": "/etc/falco/tls", "UseHTTPS": true, "VerificationToken": "abcdefghijklmnop",
            "MaxmindCityDBPath": "/var/lib/GeoLite2-City.mmdb", "Debug": false, "DebugJSON": false}"#,
    )
    .unwrap();
    assert_eq!(settings.secrets_dir, Some(PathBuf::from("/etc/falco/tls")));
    assert_eq!(settings.city_database, Some(PathBuf::from("/var/lib/GeoLite2-City.mmdb")));
    assert_eq!(settings.tokens.len(), 1);
    assert_eq!(settings.tokens[0].instance, None);
}

#[test]
fn a_block_string_holding_json_is_read() {
    let settings = Settings::from_init_config(r#""{\"VerificationToken\": \"abcdefghijklmnop\"}""#).unwrap();
    assert_eq!(settings.tokens.len(), 1);
}

#[test]
fn null_members_and_empty_paths_count_as_not_given() {
    let settings =
        Settings::from_init_config(r#"{"VerificationToken": null, "MaxmindCityDBPath": "", "Debug": null}"#).unwrap();
    assert!(settings.tokens.is_empty());
    assert_eq!(settings.city_database, None);
}

#[test]
fn a_token_of_digits_survives_being_made_a_number() {
    let settings = Settings::from_init_config(r#"{"VerificationToken": 1234567890123456}"#).unwrap();
    assert!(settings.tokens[0].secret.is(b"1234567890123456"));
}

#[test]
fn a_token_whose_spelling_is_lost_is_refused_with_the_way_out() {
    for token in ["123456789012345678901234", "1.5", "true"] {
        let error = refusal(&format!(r#"{{"VerificationToken": {token}}}"#));
        assert!(
            error.starts_with("VerificationToken: ") && error.contains("file:") && error.contains("env:"),
            "{error}"
        );
    }
}

#[test]
fn switches_are_taken_in_each_spelling_of_yaml() {
    for (spelling, expected) in [("true", true), (r#""true""#, true), (r#""yes""#, true), (r#""off""#, false)] {
        let settings = Settings::from_init_config(&format!(r#"{{"Debug": {spelling}}}"#)).unwrap();
        assert_eq!(settings.debug, expected, "{spelling}");
    }
    assert!(refusal(r#"{"Debug": 1}"#).contains("Debug: a number was given where true or false is expected"));
}

#[test]
fn an_unknown_key_names_the_nearest_one() {
    assert_eq!(
        refusal(r#"{"VerificationTokn": "x"}"#),
        "unknown key `VerificationTokn`; did you mean `VerificationToken`?"
    );
    assert_eq!(refusal(r#"{"usehttps": true}"#), "unknown key `usehttps`; did you mean `UseHTTPS`?");
    assert!(refusal(r#"{"Colour": "red"}"#).contains("docs/configuration.md"));
}

#[test]
fn a_hostile_key_is_cut_and_escaped_in_the_message() {
    let error = refusal(&format!("{{\"\\u001b[31m{}\": 1}}", "x".repeat(10_000)));
    assert!(!error.contains('\u{1b}') && error.len() < 300, "{error}");
}

#[test]
fn sizes_have_a_range_that_the_message_names() {
    assert_eq!(Settings::from_init_config(r#"{"MaxEventSize": "1048576"}"#).unwrap().max_event_size, 1 << 20);
    for size in ["1", "-5", "1.5", "99999999999999999999", r#""huge""#] {
        let error = refusal(&format!(r#"{{"MaxEventSize": {size}}}"#));
        assert!(error.starts_with("MaxEventSize: must be a whole number of bytes from 65536 to"), "{error}");
    }
}

#[test]
fn counts_have_a_range_that_the_message_names() {
    assert_eq!(Settings::from_init_config(r#"{"MaxConnections": "256"}"#).unwrap().max_connections, 256);
    let error = refusal(r#"{"MaxConnections": 1}"#);
    assert!(error.starts_with("MaxConnections: must be a whole number from 16 to 65536"), "{error}");
}

#[test]
fn secrets_come_from_files_and_from_the_environment() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("token");
    fs::write(&path, "abcdefghijklmnop\n").unwrap();
    let settings =
        Settings::from_init_config(&format!(r#"{{"VerificationToken": "file:{}"}}"#, path.display())).unwrap();
    assert!(settings.tokens[0].secret.is(b"abcdefghijklmnop"));

    // PATH is the one variable that is surely set; changing the environment would race with other tests.
    let path = std::env::var("PATH").unwrap();
    let settings = Settings::from_init_config(r#"{"VerificationToken": "env:PATH"}"#).unwrap();
    assert!(settings.tokens[0].secret.is(path.as_bytes()));
}

#[test]
fn a_secret_that_is_not_there_says_where_it_was_sought() {
    assert!(refusal(r#"{"VerificationToken": "file:/nonexistent/token"}"#).contains("/nonexistent/token"));
    assert!(refusal(r#"{"VerificationToken": "env:NO_SUCH_VARIABLE_HERE"}"#).contains("NO_SUCH_VARIABLE_HERE"));
}

#[test]
fn a_malformed_token_is_refused_without_being_shown() {
    let error = refusal(r#"{"VerificationTokens": {"gitlab.example.com": "geheim\u0007geheim"}}"#);
    assert!(error.starts_with("VerificationTokens: gitlab.example.com: "), "{error}");
    assert!(!error.contains("geheim"), "{error}");
}

#[test]
fn named_tokens_name_the_instance() {
    let settings =
        Settings::from_init_config(r#"{"VerificationTokens": {"eu": "abcdefghijklmnop", "us": "ponmlkjihgfedcba"}}"#)
            .unwrap();
    let names: Vec<_> = settings.tokens.iter().map(|token| token.instance.as_deref()).collect();
    assert_eq!(names, [Some("eu"), Some("us")]);
}

#[test]
fn what_is_no_object_is_refused() {
    assert!(refusal("[1]").contains("a list"));
    assert!(refusal("{").contains("not JSON"));
}

#[test]
fn a_secret_never_shows_in_debug_output() {
    let settings = Settings::from_init_config(r#"{"VerificationToken": "abcdefghijklmnop"}"#).unwrap();
    assert!(!format!("{settings:?}").contains("abcdefgh"));
}

#[test]
fn the_schema_admits_what_falco_passes_and_describes_every_key() {
    let schema = json_schema();
    assert_eq!(schema["type"], serde_json::json!(["object", "null", "string"]));
    assert_eq!(schema.get("additionalProperties"), None, "our own message for an unknown key is the better one");
    for key in KEYS {
        let description = schema["properties"][key.name]["description"].as_str().unwrap();
        assert!(description.contains(key.description), "{}", key.name);
    }
}
