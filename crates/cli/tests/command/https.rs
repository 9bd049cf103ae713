//! HTTPS with a certificate of our own making.

use std::fs;

use serde_json::json;

use crate::{
    certificate,
    receiver::{Running, TOKEN, event, run_with_input},
};

#[test]
fn events_come_in_by_https_from_whoever_trusts_the_authority() {
    let folder = tempfile::tempdir().unwrap();
    let authority = certificate::write(folder.path());
    let config = folder.path().join("falco.yaml");
    let text = format!(
        "plugins:\n  - name: gitlab\n    init_config:\n      VerificationToken: {TOKEN}\n      SecretsDir: {}\n    \
         open_params: https://127.0.0.1:0/gitlab\n",
        folder.path().display()
    );
    fs::write(&config, text).unwrap();
    let mut running = Running::start_exactly(&["-c", config.to_str().unwrap()]);
    assert!(running.url.starts_with("https://127.0.0.1:"), "{}", running.url);
    let url = running.url.clone();
    let send = ["send", "-", "--to", &url, "--token", TOKEN];
    let input = event("user_access_locked", &json!({}));

    let trusting = [&send[..], &["--ca-cert", authority.to_str().unwrap()]].concat();
    let (code, _, said) = run_with_input(&trusting, &input);
    assert_eq!((code, said.as_str()), (0, "1 accepted, 0 not accepted\n"));
    assert_eq!(running.alert()["rule"], "GitLab account locked");

    let (code, _, said) = run_with_input(&send, &input);
    assert_eq!(code, 1);
    assert!(said.contains("certificate"), "{said}");
}
