//! The same scenarios inside a real Falco, when `FALCO=/path/to/falco` names one.
//!
//! Falco is started as "Falco as a host" records: `nodriver` engine, our plugin alone, JSON on standard output. It ends on
//! SIGINT and must then exit with 0.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod host;

use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use host::{Certificate, Post, TOKEN, free_address, repository, rules_files};
use serde_json::{Value, json};
use tempfile::TempDir;

const DEADLINE: Duration = Duration::from_mins(1);

/// The Falco to test with; without one the test is skipped and says so.
fn falco() -> Option<PathBuf> {
    let falco = env::var_os("FALCO").map(PathBuf::from);
    if falco.is_none() {
        // Not eprintln!, which the test harness keeps to itself when a test passes.
        let said = writeln!(io::stderr(), "skipped: set FALCO=/path/to/falco (0.41 or newer) to run this test");
        said.unwrap();
    }
    falco
}

struct Running {
    process: Child,
    alerts: Receiver<Value>,
    address: std::net::SocketAddr,
    _folder: TempDir,
}

impl Running {
    fn start(falco: &Path, scheme: &str, init_config: &Value) -> Self {
        let folder = host::folder();
        let address = free_address();
        let config = json!({
            "engine": {"kind": "nodriver"},
            "plugins": [{
                "name": "gitlab",
                "library_path": host::library_path(),
                "init_config": init_config,
                "open_params": format!("{scheme}://{address}/gitlab"),
            }],
            "load_plugins": ["gitlab"],
            "rules_files": rules_files(),
            "json_output": true,
            "stdout_output": {"enabled": true},
            "buffered_outputs": false,
            "log_stderr": true,
            "log_syslog": false,
            "syslog_output": {"enabled": false},
            "webserver": {"enabled": false},
        });
        let path = folder.path().join("falco.yaml");
        fs::write(&path, config.to_string()).unwrap();
        let mut process = Command::new(falco)
            .args(["--disable-source", "syscall", "-U", "-c"])
            .arg(&path)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let (sender, alerts) = sync_channel(1000);
        thread::spawn(move || {
            for alert in lines.map_while(Result::ok).filter_map(|line| serde_json::from_str::<Value>(&line).ok()) {
                if sender.send(alert).is_err() {
                    break;
                }
            }
        });
        let running = Self { process, alerts, address, _folder: folder };
        running.wait_until_it_listens();
        running
    }

    fn wait_until_it_listens(&self) {
        let deadline = Instant::now() + DEADLINE;
        while std::net::TcpStream::connect_timeout(&self.address, Duration::from_millis(100)).is_err() {
            assert!(Instant::now() < deadline, "Falco does not listen");
            thread::yield_now();
        }
    }

    fn alert(&self, rule: &str) -> Value {
        let deadline = Instant::now() + DEADLINE;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let alert = self.alerts.recv_timeout(left).unwrap_or_else(|_| panic!("no alert of {rule}"));
            if alert["rule"] == rule {
                return alert;
            }
        }
    }

    fn signal(&self, name: &str) {
        let id = self.process.id().to_string();
        assert!(Command::new("kill").args([name, &id]).status().unwrap().success());
    }

    fn stop(mut self) {
        self.signal("-INT");
        assert_eq!(self.process.wait().unwrap().code(), Some(0));
    }
}

fn impersonation() -> String {
    fs::read_to_string(repository().join("crates/audit-event/tests/samples/real/peer_user_impersonation.json")).unwrap()
}

#[test]
fn a_post_becomes_an_alert_over_http_and_https() {
    let Some(falco) = falco() else { return };
    let certificate = Certificate::new();
    for (scheme, client, settings) in [
        ("http", None, json!({"VerificationToken": TOKEN})),
        ("https", Some(&certificate), json!({"VerificationToken": TOKEN, "SecretsDir": certificate.folder()})),
    ] {
        let running = Running::start(&falco, scheme, &settings);
        assert_eq!(Post::new(&impersonation()).to(running.address, client).status, 200);
        let alert = running.alert("GitLab user impersonated");
        assert_eq!(alert["output_fields"]["gitlab.author_name"], "Administrator");
        assert_eq!(alert["source"], "gitlab");
        assert_eq!(alert["time"], "2024-06-27T01:48:04.000000000Z");
        running.stop();
    }
}

#[test]
fn wrong_tokens_and_rubbish_become_an_alert_and_falco_lives() {
    let Some(falco) = falco() else { return };
    let running = Running::start(&falco, "http", &json!({"VerificationToken": TOKEN}));
    assert_eq!(Post::new(&impersonation()).token("wrong").to(running.address, None).status, 401);
    let alert = running.alert("GitLab receiver was sent events that are not from GitLab");
    assert_eq!(alert["output_fields"]["gitlab.pluginerror.kind"], "unauthorized");
    assert_eq!(Post::new("rubbish").to(running.address, None).status, 400);
    running.alert("GitLab events could not be received");
    running.stop();
}

#[test]
fn a_reload_releases_the_port() {
    let Some(falco) = falco() else { return };
    let running = Running::start(&falco, "http", &json!({"VerificationToken": TOKEN}));
    for _ in 0..3 {
        running.signal("-HUP");
        running.wait_until_it_listens();
        let deadline = Instant::now() + DEADLINE;
        // Between the old and the new listener a connection may be refused.
        while std::panic::catch_unwind(|| Post::new(&impersonation()).to(running.address, None).status).ok()
            != Some(200)
        {
            assert!(Instant::now() < deadline, "Falco does not answer after a reload");
        }
        running.alert("GitLab user impersonated");
    }
    running.stop();
}
