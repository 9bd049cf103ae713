//! What operators and their monitoring ask.

use std::collections::HashSet;
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use intake::{AdminServer, BatchLimits, Inbox, Limits, Receiver, Secret, Settings, VerificationToken};

use crate::client::{Answer, Client, post, post_with};
use crate::server::{Server, TOKEN, eventually, settings};

fn admin(server: &Server) -> AdminServer {
    AdminServer::start(&"127.0.0.1:0".parse().unwrap(), Arc::clone(&server.inbox)).unwrap()
}

fn get(admin: &AdminServer, path: &str) -> Answer {
    Client::connect(admin.local_address()).request(format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n"))
}

fn metrics(admin: &AdminServer) -> String {
    get(admin, "/metrics").body
}

#[test]
fn it_is_alive_and_ready_and_later_alive_and_not_ready() {
    let server = Server::start();
    let admin = admin(&server);
    for (path, body) in [("/healthz", "alive\n"), ("/healthz?ready", "ready\n"), ("/readyz", "ready\n")] {
        let answer = get(&admin, path);
        assert_eq!((answer.status, &*answer.body), (200, body), "{path}");
        assert!(answer.head.contains("cache-control: no-store"));
    }
    server.receiver.stop();
    assert_eq!(get(&admin, "/healthz").status, 200);
    assert_eq!((get(&admin, "/healthz?ready").status, get(&admin, "/readyz").status), (503, 503));
}

#[test]
fn anything_else_is_refused() {
    let server = Server::start();
    let admin = admin(&server);
    assert_eq!(get(&admin, "/").status, 404);
    assert_eq!(get(&admin, "/metrics/").status, 404);
    assert_eq!(Client::connect(admin.local_address()).request(post(b"{}")).status, 405);
    assert_eq!(server.texts().len(), 0);
}

#[test]
fn metrics_are_prometheus_text() {
    let server = Server::start();
    let admin = admin(&server);
    assert_eq!(server.post(b"[{},{}]").status, 200);
    assert_eq!(server.request(post_with("", b"{}")).status, 401);
    let answer = get(&admin, "/metrics");
    assert!(answer.head.contains("content-type: text/plain; version=0.0.4"), "{}", answer.head);
    let text = answer.body;
    for line in [
        "# HELP falco_gitlab_requests_total HTTP requests received.",
        "# TYPE falco_gitlab_requests_total counter",
        "falco_gitlab_requests_total 2",
        "falco_gitlab_requests_rejected_unauthorized_total 1",
        "# TYPE falco_gitlab_events_queued gauge",
        "falco_gitlab_events_queued 2",
        "falco_gitlab_instance_events_total{instance=\"gitlab.example\"} 2",
        "falco_gitlab_instance_silence_seconds{instance=\"gitlab.example\"} 0",
        "# TYPE falco_gitlab_request_seconds histogram",
        "falco_gitlab_request_seconds_bucket{le=\"+Inf\"} 1",
        "falco_gitlab_request_seconds_count 1",
    ] {
        assert!(text.lines().any(|found| found == line), "{line}\n{text}");
    }
    // Every family is declared once and before its samples.
    let mut declared = HashSet::new();
    for line in text.lines() {
        if let Some(declaration) = line.strip_prefix("# TYPE ") {
            assert!(declared.insert(declaration.split(' ').next().unwrap().to_owned()), "{line}");
        } else if !line.starts_with('#') {
            let name = line.split(['{', ' ']).next().unwrap();
            let family = ["_bucket", "_sum", "_count"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name);
            assert!(declared.contains(name) || declared.contains(family), "{line}");
            assert!(line.rsplit(' ').next().unwrap().parse::<f64>().is_ok(), "{line}");
        }
    }
}

#[test]
fn buckets_of_a_histogram_only_grow() {
    let server = Server::start();
    let admin = admin(&server);
    for _ in 0..20 {
        assert_eq!(server.post(b"{}").status, 200);
    }
    let mut batch = Vec::new();
    server.inbox.take(&mut batch, BatchLimits { events: 100, bytes: 1 << 20 }, Duration::ZERO);
    server.inbox.delivered(&batch);
    let text = metrics(&admin);
    for name in ["request_seconds", "delivery_seconds"] {
        let buckets: Vec<u64> = text
            .lines()
            .filter(|line| line.starts_with(&format!("falco_gitlab_{name}_bucket")))
            .map(|line| line.rsplit(' ').next().unwrap().parse().unwrap())
            .collect();
        assert!(buckets.is_sorted() && buckets.last() == Some(&20), "{name}: {buckets:?}");
    }
}

#[test]
fn a_hostile_name_of_a_token_stays_within_its_label() {
    let name = "eu\"} 1\nfalco_gitlab_forged 1 # \\";
    let token = VerificationToken { secret: Secret::new(TOKEN).unwrap(), instance: Some(name.into()) };
    let settings = Settings { tokens: vec![token], ..settings("http://127.0.0.1:0/") };
    let server = Server::with(settings, Inbox::default());
    let admin = admin(&server);
    assert_eq!(server.post(b"{}").status, 200);
    let text = metrics(&admin);
    assert!(!text.lines().any(|line| line.starts_with("falco_gitlab_forged")), "{text}");
    let expected = r#"falco_gitlab_instance_events_total{instance="eu\"} 1\nfalco_gitlab_forged 1 # \\"} 1"#;
    assert!(text.lines().any(|line| line == expected), "{text}");
}

#[test]
fn idle_and_slow_questioners_do_not_keep_others_out_and_end_with_it() {
    let server = Server::start();
    let admin = admin(&server);
    // Far more than it serves at once. Until all of them ran into their time-out, it would take minutes.
    let idle: Vec<_> = (0..500).map(|_| TcpStream::connect(admin.local_address()).unwrap()).collect();
    let slow: Vec<_> = (0..100)
        .map(|_| {
            let mut slow = Client::connect(admin.local_address());
            slow.send("GET /metrics HTTP/1.1\r\nHost:");
            slow
        })
        .collect();
    assert_eq!(get(&admin, "/healthz").status, 200);
    let address = admin.local_address();
    drop(admin);
    assert!(TcpStream::connect(address).is_err());
    drop((idle, slow));
}

#[test]
fn answers_come_while_the_receiver_has_no_connection_left() {
    let server = Server::with_limits(Limits { connections: 1, ..Limits::default() });
    let admin = admin(&server);
    let _held = server.connect();
    eventually("the connection", || server.metric("connections_open") == 1);
    assert_eq!(get(&admin, "/healthz").status, 200);
    assert!(metrics(&admin).contains("\nfalco_gitlab_connections_open 1\n"));
}

#[test]
fn a_port_in_use_is_named() {
    let server = Server::start();
    let address = server.receiver.local_address().to_string();
    let error = AdminServer::start(&address.parse().unwrap(), Arc::default()).unwrap_err().to_string();
    assert!(error.contains(&address), "{error}");
    // Nothing of it is left.
    drop(Receiver::start(settings("http://127.0.0.1:0/"), Arc::default()).unwrap());
}
