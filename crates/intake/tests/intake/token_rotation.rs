//! Verification tokens that change in their files while events come in.

use std::fs;
use std::path::Path;
use std::time::Duration;

use intake::{Inbox, Limits, ProblemKind, Secret, Settings, VerificationToken};
use tempfile::TempDir;

use crate::client::post_with;
use crate::server::{Server, eventually, settings};

const OLD: &str = "old-token-0123456789";
const NEW: &str = "new-token-0123456789";

fn server(file: &Path) -> Server {
    let token = VerificationToken { secret: Secret::from_file(file).unwrap(), instance: Some("eu".into()) };
    let limits = Limits { reload_interval: Duration::from_millis(5), ..Limits::default() };
    Server::with(Settings { tokens: vec![token], limits, ..settings("http://127.0.0.1:0/") }, Inbox::default())
}

fn status(server: &Server, token: &str) -> u16 {
    server.request(post_with(&format!("X-Gitlab-Event-Streaming-Token: {token}\r\n"), b"{}")).status
}

#[test]
fn a_changed_file_changes_the_token_without_a_restart() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("token");
    fs::write(&file, OLD).unwrap();
    let server = server(&file);
    assert_eq!((status(&server, OLD), status(&server, NEW)), (200, 401));
    fs::write(&file, NEW).unwrap();
    eventually("the new token", || status(&server, NEW) == 200);
    assert_eq!(status(&server, OLD), 401);
    assert!(server.events().iter().all(|event| event.instance.as_deref() == Some("eu")));
}

#[test]
#[cfg(unix)]
fn a_link_that_is_switched_to_another_file_changes_the_token() {
    // As Kubernetes replaces mounted secrets.
    let folder = TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name);
    for (name, token) in [("1", OLD), ("2", NEW)] {
        fs::write(path(name), token).unwrap();
    }
    std::os::unix::fs::symlink(path("1"), path("token")).unwrap();
    let server = server(&path("token"));
    assert_eq!(status(&server, OLD), 200);
    std::os::unix::fs::symlink(path("2"), path("next")).unwrap();
    fs::rename(path("next"), path("token")).unwrap();
    eventually("the new token", || status(&server, NEW) == 200);
}

#[test]
fn an_unusable_file_leaves_the_old_token_and_is_reported_once() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("token");
    fs::write(&file, OLD).unwrap();
    let server = server(&file);
    fs::write(&file, "geheim geheim").unwrap();
    let problem = server.wait_for_problem();
    assert_eq!((problem.kind, problem.count), (ProblemKind::Secret, 1));
    assert!(problem.message.contains("token") && !problem.message.contains("geheim"), "{}", problem.message);
    assert_eq!(status(&server, OLD), 200);
    fs::remove_file(&file).unwrap();
    assert_eq!(status(&server, OLD), 200);
    fs::write(&file, NEW).unwrap();
    eventually("the new token", || status(&server, NEW) == 200);
}
