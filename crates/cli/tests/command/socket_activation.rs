//! A port that systemd holds: restarts while connections come lose none of them.

use std::{
    collections::BTreeMap,
    fs,
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    os::fd::OwnedFd,
    path::Path,
    process::{Command, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use rustls::{
    ClientConfig, ClientConnection, RootCertStore, StreamOwned,
    crypto::ring,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use serde_json::json;

use crate::{
    certificate,
    receiver::{COMMAND, PATIENCE, Running, TOKEN, event},
};

const RESTARTS: usize = 5;

const SENDERS: usize = 4;

/// Answers between two restarts, at least.
const ANSWERS: usize = 100;

const RULES: &str = "- rule: Every event\n  desc: d\n  condition: gitlab.event_type = x\n  priority: INFO\n  \
                     source: gitlab\n  output: \"%gitlab.event_id\"\n";

/// What opens connections as GitLab does: a new one for each event.
struct Senders {
    address: SocketAddr,
    tls: Option<Arc<ClientConfig>>,
    next: AtomicU64,
    answered: Mutex<Vec<u64>>,
    failed: Mutex<Vec<String>>,
    is_over: AtomicBool,
}

impl Senders {
    fn send_until_it_is_over(&self) {
        while !self.is_over.load(Ordering::Relaxed) {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            match self.post(number) {
                Ok(()) => self.answered.lock().unwrap().push(number),
                Err(failure) => self.failed.lock().unwrap().push(format!("{number}: {failure}")),
            }
        }
    }

    fn post(&self, number: u64) -> Result<(), String> {
        let body = event("x", &json!({ "id": number }));
        let length = body.len();
        let request = format!(
            "POST /gitlab HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Gitlab-Event-Streaming-Token: {TOKEN}\r\n\
             Content-Length: {length}\r\n\r\n{body}"
        );
        let stream = TcpStream::connect(self.address).map_err(|error| format!("connecting: {error}"))?;
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        match &self.tls {
            None => exchange(stream, &request),
            Some(config) => {
                let name = ServerName::try_from("localhost").unwrap();
                let connection = ClientConnection::new(Arc::clone(config), name).unwrap();
                exchange(StreamOwned::new(connection, stream), &request)
            }
        }
    }

    fn wait_for_answers(&self, count: usize) {
        let deadline = Instant::now() + PATIENCE;
        let seen = || self.answered.lock().unwrap().len();
        let target = seen() + count;
        while seen() < target {
            assert!(Instant::now() < deadline, "no answers come: {:?}", self.failed.lock().unwrap().first());
            thread::park_timeout(Duration::from_millis(2));
        }
    }
}

fn exchange(mut stream: impl Read + Write, request: &str) -> Result<(), String> {
    stream.write_all(request.as_bytes()).map_err(|error| format!("sending: {error}"))?;
    let mut answer = [0; 15];
    stream.read_exact(&mut answer).map_err(|error| format!("reading: {error}"))?;
    if answer == *b"HTTP/1.1 200 OK" { Ok(()) } else { Err(String::from_utf8_lossy(&answer).into_owned()) }
}

/// systemd's part: hands over the socket as file descriptor 3, and says so in the environment.
fn start(socket: &TcpListener, config: &Path, rules: &Path) -> Running {
    let mut command = Command::new("sh");
    command
        .args(["-c", "exec 3<&0 </dev/null && LISTEN_FDS=1 LISTEN_PID=$$ exec \"$@\"", "sh", COMMAND, "run"])
        .args(["--json", "--config"])
        .arg(config)
        .arg("--rules")
        .arg(rules)
        .stdin(OwnedFd::from(socket.try_clone().unwrap()))
        .stdout(Stdio::piped());
    Running::spawn_with_input(&mut command)
}

fn restarts_lose_nothing(scheme: &str) {
    let folder = tempfile::tempdir().unwrap();
    let (config, rules) = (folder.path().join("falco.yaml"), folder.path().join("rules.yaml"));
    let authority = certificate::write(folder.path());
    let text = format!(
        "plugins:\n  - name: gitlab\n    init_config:\n      VerificationToken: {TOKEN}\n      SecretsDir: {}\n    \
         open_params: {scheme}://127.0.0.1:0/gitlab\n",
        folder.path().display()
    );
    fs::write(&config, text).unwrap();
    fs::write(&rules, RULES).unwrap();
    let tls = (scheme == "https").then(|| Arc::new(trusting(&authority)));
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let senders = Senders {
        address: socket.local_addr().unwrap(),
        tls,
        next: AtomicU64::new(1),
        answered: Mutex::default(),
        failed: Mutex::default(),
        is_over: AtomicBool::new(false),
    };
    let mut alerts = Vec::new();
    thread::scope(|scope| {
        // The first ones come before anybody is there to answer.
        for _ in 0..SENDERS {
            scope.spawn(|| senders.send_until_it_is_over());
        }
        for _ in 0..RESTARTS {
            let running = start(&socket, &config, &rules);
            senders.wait_for_answers(ANSWERS);
            let (status, lines) = running.stop();
            assert!(status.success());
            alerts.extend(lines);
        }
        let running = start(&socket, &config, &rules);
        senders.is_over.store(true, Ordering::Relaxed);
        senders.wait_for_answers(1);
        alerts.extend(running.stop().1);
    });
    assert_eq!(*senders.failed.lock().unwrap(), [""; 0], "of {} posts", senders.next.load(Ordering::Relaxed) - 1);
    let mut seen = BTreeMap::<u64, usize>::new();
    for alert in &alerts {
        let alert: serde_json::Value = serde_json::from_str(alert).unwrap();
        let number = alert["output_fields"]["gitlab.event_id"].as_str().unwrap().parse().unwrap();
        *seen.entry(number).or_default() += 1;
    }
    let answered = senders.answered.into_inner().unwrap();
    assert!(answered.iter().all(|number| seen.get(number) == Some(&1)), "each event raises its alert, and once");
    assert_eq!(seen.len(), answered.len());
}

fn trusting(authority: &Path) -> ClientConfig {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(authority).unwrap()).unwrap();
    ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth()
}

#[test]
fn a_restart_while_connections_come_loses_none() {
    restarts_lose_nothing("http");
}

#[test]
fn a_restart_while_tls_connections_come_loses_none() {
    restarts_lose_nothing("https");
}
