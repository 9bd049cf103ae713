//! HTTPS with a certificate of our own making.

use std::{fs, path::Path};

use serde_json::json;

use crate::{
    certificate,
    receiver::{Running, TOKEN, event, run_with_input},
};

/// A receiver with the certificate in this folder.
fn receiver(folder: &Path) -> Running {
    let config = folder.join("falco.yaml");
    let text = format!(
        "plugins:\n  - name: gitlab\n    init_config:\n      VerificationToken: {TOKEN}\n      SecretsDir: {}\n    \
         open_params: https://127.0.0.1:0/gitlab\n",
        folder.display()
    );
    fs::write(&config, text).unwrap();
    Running::start_exactly(&["-c", config.to_str().unwrap()])
}

#[test]
fn events_come_in_by_https_from_whoever_trusts_the_authority() {
    let folder = tempfile::tempdir().unwrap();
    let authority = certificate::write(folder.path());
    let mut running = receiver(folder.path());
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

#[test]
fn a_certificate_that_openssl_takes_and_rustls_does_not_is_explained() {
    let folder = tempfile::tempdir().unwrap();
    let certificate = certificate::write_self_signed(folder.path());
    let running = receiver(folder.path());
    let send = ["send", "-", "--to", &running.url, "--token", TOKEN, "--ca-cert", certificate.to_str().unwrap()];
    let (code, _, said) = run_with_input(&send, event("user_access_locked", &json!({})));
    assert_eq!(code, 1);
    assert!(said.contains("CA:FALSE"), "{said}");
}
