//! What `Debug` and `DebugJSON` write to standard error.

use std::fs;

use serde_json::json;

use crate::receiver::{Running, TOKEN, event};

/// Starts it with these settings; what it says until its end after one event and one post with a wrong token.
fn said(init_config: &str, body: &str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("falco.yaml");
    let text = format!(
        "plugins:\n  - name: gitlab\n    init_config: {{VerificationToken: '{TOKEN}', {init_config}}}\n    open_params: http://127.0.0.1:0/gitlab\n"
    );
    fs::write(&path, text).unwrap();
    let mut running = Running::start_exactly(&["-c", path.to_str().unwrap(), "--json"]);
    assert_eq!(running.post(body), 200);
    assert_eq!(running.post_with("wrong-token-0123456789", body), 401);
    running.alert();
    running.stop_and_listen()
}

#[test]
fn debug_tells_of_each_request_how_it_was_answered_and_never_a_token() {
    let body = event("user_access_locked", &json!({}));
    let said = said("Debug: true", &body);
    let told = |what: &str| said.iter().find(|line| line.contains(what)).unwrap_or_else(|| panic!("{said:#?}"));
    let accepted = told("request accepted");
    assert!(accepted.contains("127.0.0.1") && accepted.contains("200"), "{accepted}");
    assert!(accepted.contains(&format!("bytes={}", body.len())), "{accepted}");
    assert!(told("request rejected").contains("401"));
    assert!(said.iter().all(|line| !line.contains("test-token") && !line.contains("wrong-token")), "{said:#?}");
}

#[test]
fn an_event_in_the_log_cannot_drive_the_terminal() {
    let body = event("user_access_locked", &json!({"author_name": "\u{202e}evil\u{9b}31m"}));
    let said = said("DebugJSON: true", &body);
    let line = said.iter().find(|line| line.contains("evil")).unwrap_or_else(|| panic!("{said:#?}"));
    assert!(line.contains("\\u{202e}evil"), "{line}");
    assert!(!line.contains(char::is_control) && !line.contains('\u{202e}'), "{line}");
}
