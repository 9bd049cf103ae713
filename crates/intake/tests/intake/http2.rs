//! HTTP/2 inside TLS: the same answers, and bounds of its own.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use h2::client::{ResponseFuture, SendRequest};
use h2::{Reason, SendStream};
use hyper::Request;
use intake::{Inbox, Limits, ProblemKind};
use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tempfile::TempDir;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::server::{Server, TOKEN, eventually};
use crate::tls::{data, directory, https};

/// No test waits that long unless it fails.
const PATIENCE: Duration = Duration::from_secs(30);

const SHORT: Duration = Duration::from_millis(100);

fn server(limits: Limits) -> (Server, TempDir) {
    let directory = directory(&data("ec.crt"), &data("ec.sec1.key"));
    (Server::with(https(directory.path(), limits), Inbox::default()), directory)
}

fn run<F: Future>(test: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async { tokio::time::timeout(PATIENCE, test).await.expect("the test takes too long") })
}

type Ended = JoinHandle<Result<(), h2::Error>>;

/// A connection on which nothing was said yet.
async fn tls(server: &Server) -> TlsStream<TcpStream> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(&data("ec.crt")).unwrap()).unwrap();
    let mut config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec()];
    let stream = TcpStream::connect(server.receiver.local_address()).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    let stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await.unwrap();
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    stream
}

/// A connection that begins to send so many streams before it knows the server's bound.
async fn connect(server: &Server, streams: usize) -> (SendRequest<Bytes>, Ended) {
    let stream = tls(server).await;
    let mut builder = h2::client::Builder::new();
    builder.initial_max_send_streams(streams);
    let (requests, connection) = builder.handshake(stream).await.unwrap();
    (requests, tokio::spawn(connection))
}

fn post(token: &str) -> Request<()> {
    let request = Request::post("https://localhost/").header("x-gitlab-event-streaming-token", token);
    request.body(()).unwrap()
}

async fn begin(requests: &SendRequest<Bytes>, token: &str) -> (ResponseFuture, SendStream<Bytes>) {
    let mut requests = requests.clone().ready().await.unwrap();
    requests.send_request(post(token), false).unwrap()
}

async fn send(requests: &SendRequest<Bytes>, token: &str, body: &'static [u8]) -> u16 {
    let (answer, mut stream) = begin(requests, token).await;
    stream.send_data(Bytes::from_static(body), true).unwrap();
    answer.await.unwrap().status().as_u16()
}

#[test]
fn events_arrive_and_others_are_refused_as_over_http_1() {
    let (server, _directory) = server(Limits { body_bytes: 1000, ..Limits::default() });
    run(async {
        let (requests, _connection) = connect(&server, 10).await;
        assert_eq!(send(&requests, TOKEN, b"{\"id\":1}").await, 200);
        assert_eq!(send(&requests, TOKEN, b"null").await, 400);
        assert_eq!(send(&requests, "wrong", b"{}").await, 401);
        assert_eq!(send(&requests, TOKEN, &[b'x'; 1001]).await, 413);
        assert_eq!(send(&requests, TOKEN, b"{\"id\":2}").await, 200);
    });
    assert_eq!(server.texts(), ["{\"id\":1}", "{\"id\":2}"]);
}

#[test]
fn streams_above_the_limit_are_refused_and_the_others_are_served() {
    let (server, _directory) = server(Limits::default());
    run(async {
        let (requests, _connection) = connect(&server, 200).await;
        let mut open = Vec::new();
        for _ in 0..100 {
            open.push(requests.clone().send_request(post(TOKEN), false).unwrap());
        }
        let (mut answered, mut refused) = (0, 0);
        for (answer, mut stream) in open {
            // The refusal may already be known.
            _ = stream.send_data(Bytes::from_static(b"{}"), true);
            match answer.await {
                Ok(answer) if answer.status() == 200 => answered += 1,
                Err(error) if error.reason() == Some(Reason::REFUSED_STREAM) => refused += 1,
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(answered + refused, 100);
        assert!(answered >= 64, "{answered}");
        assert_eq!(send(&requests, TOKEN, b"{}").await, 200);
    });
}

#[test]
fn streams_opened_and_reset_over_and_over_end_the_connection() {
    let (server, _directory) = server(Limits::default());
    run(async {
        let (requests, connection) = connect(&server, usize::MAX).await;
        for _ in 0..10_000 {
            let Ok(mut requests) = requests.clone().ready().await else { break };
            let Ok((_, mut stream)) = requests.send_request(post("wrong"), false) else { break };
            stream.send_reset(Reason::CANCEL);
            tokio::task::yield_now().await;
        }
        assert!(connection.await.unwrap().is_err());
        eventually("the count", || server.metric("broken_connections") == 1);
        assert!(server.metric("requests") < 1000);
        let (requests, _connection) = connect(&server, 10).await;
        assert_eq!(send(&requests, TOKEN, b"{}").await, 200);
    });
}

/// CVE-2024-27316 and its kin: headers that never end, in frames of their own.
#[test]
fn headers_that_go_on_and_on_end_the_connection() {
    const FRAMES: usize = 10_000;
    const LENGTH: u8 = 64;
    let frame = |kind: u8, stream: u8, payload: &[u8]| {
        let head = [0, 0, u8::try_from(payload.len()).unwrap(), kind, 0, 0, 0, 0, stream];
        [&head[..], payload].concat()
    };
    let (server, _directory) = server(Limits::default());
    run(async {
        let mut stream = tls(&server).await;
        let (settings, headers) = (frame(4, 0, &[]), frame(1, 1, &[]));
        stream.write_all(&[&b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"[..], &settings, &headers].concat()).await.unwrap();
        // A header without indexing, whose name and value are some letters, again and again.
        let header = [&[0, 1, b'a', LENGTH - 4][..], &[b'b'; LENGTH as usize - 4]].concat();
        let mut sent = 0;
        while sent < FRAMES && stream.write_all(&frame(9, 1, &header)).await.is_ok() && stream.flush().await.is_ok() {
            sent += 1;
            tokio::task::yield_now().await;
        }
        assert!(sent < FRAMES);
        let (requests, _connection) = connect(&server, 10).await;
        assert_eq!(send(&requests, TOKEN, b"{}").await, 200);
    });
    assert_eq!(server.metric("requests"), 1);
}

#[test]
fn an_idle_connection_is_closed() {
    let (server, _directory) = server(Limits { header_timeout: SHORT, write_timeout: SHORT, ..Limits::default() });
    run(async {
        let (unused, unused_end) = connect(&server, 10).await;
        let (used, used_end) = connect(&server, 10).await;
        assert_eq!(send(&used, TOKEN, b"{}").await, 200);
        // The client may learn of it by a write that fails.
        _ = unused_end.await.unwrap();
        _ = used_end.await.unwrap();
        drop((unused, used));
    });
    eventually("the end of both", || server.metric("connections_open") == 0);
}

#[test]
fn connections_that_are_kept_with_requests_do_not_keep_others_out() {
    let for_ever = Duration::from_hours(1);
    let (server, _directory) = server(Limits {
        connections: 8,
        header_timeout: for_ever,
        hurried_timeout: for_ever,
        failure_delay: Duration::ZERO,
        write_timeout: SHORT,
        ..Limits::default()
    });
    run(async {
        let mut kept = Vec::new();
        for _ in 0..20 {
            let (requests, _connection) = connect(&server, 10).await;
            assert_eq!(send(&requests, "wrong", b"{}").await, 401);
            kept.push(requests);
        }
        assert_eq!(send(&kept[0], TOKEN, b"{}").await, 200);
    });
}

#[test]
fn a_body_that_never_ends_is_408_and_holds_up_no_other() {
    let (server, _directory) = server(Limits { body_timeout: SHORT, ..Limits::default() });
    run(async {
        let (requests, _connection) = connect(&server, 10).await;
        let (endless, mut stream) = begin(&requests, TOKEN).await;
        stream.send_data(Bytes::from_static(b"{"), false).unwrap();
        assert_eq!(send(&requests, TOKEN, b"{}").await, 200);
        assert_eq!(endless.await.unwrap().status(), 408);
    });
    assert_eq!(server.problem_kinds(), [ProblemKind::BodyIncomplete]);
}

#[test]
fn a_peer_that_takes_no_answers_is_cut() {
    let (server, _directory) = server(Limits { header_timeout: SHORT, write_timeout: SHORT, ..Limits::default() });
    run(async {
        let (mut requests, connection) = connect(&server, 10).await;
        // Nobody drives the connection any more, so it neither reads nor answers pings.
        let (_answer, mut stream) = requests.send_request(post(TOKEN), false).unwrap();
        stream.send_data(Bytes::from_static(b"{}"), true).unwrap();
        tokio::task::spawn_blocking({
            let inbox = Arc::clone(&server.inbox);
            move || {
                let open = || inbox.metrics().iter().find(|metric| metric.name == "connections_open").unwrap().value;
                eventually("the end", || open() == 0);
            }
        })
        .await
        .unwrap();
        drop((requests, connection));
    });
}

#[test]
fn an_open_connection_does_not_hold_up_the_stop_and_a_running_request_is_answered() {
    let hour = Duration::from_hours(1);
    let (server, _directory) = server(Limits { header_timeout: hour, stop_timeout: hour, ..Limits::default() });
    let (running, mut stream, end, runtime) = {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let (requests, end) = runtime.block_on(connect(&server, 10));
        let (running, stream) = runtime.block_on(begin(&requests, TOKEN));
        (running, stream, end, runtime)
    };
    eventually("the request to run", || server.metric("requests") == 1);
    let stopping = std::thread::spawn(move || server.receiver.stop());
    stream.send_data(Bytes::from_static(b"{}"), true).unwrap();
    assert_eq!(runtime.block_on(running).unwrap().status(), 200);
    _ = runtime.block_on(end).unwrap();
    stopping.join().unwrap();
}
