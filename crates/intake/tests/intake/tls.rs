//! HTTP inside TLS: certificates, keys, handshakes.

use std::fs;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use intake::{Inbox, Limits, ProblemKind, Receiver, Settings, StartError, TlsError};
use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned, SupportedProtocolVersion};
use tempfile::TempDir;

use crate::client::{Client, connect, post};
use crate::server::{Server, eventually, settings};

/// A directory with these two files.
pub(crate) fn directory(certificate: &[u8], key: &[u8]) -> TempDir {
    let directory = TempDir::new().unwrap();
    fs::write(directory.path().join("server.crt"), certificate).unwrap();
    fs::write(directory.path().join("server.key"), key).unwrap();
    directory
}

pub(crate) fn data(name: &str) -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)).unwrap()
}

/// A fresh ECDSA certificate for localhost and its PKCS#8 key, as PEM.
pub(crate) fn fresh() -> (String, String) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    (made.cert.pem(), made.signing_key.serialize_pem())
}

pub(crate) fn https(directory: &Path, limits: Limits) -> Settings {
    Settings { secrets_dir: Some(directory.to_owned()), limits, ..settings("https://127.0.0.1:0/") }
}

fn start(directory: &Path) -> Server {
    Server::with(https(directory, Limits::default()), Inbox::default())
}

fn start_error(directory: &Path) -> TlsError {
    match Receiver::start(https(directory, Limits::default()), Arc::new(Inbox::default())).unwrap_err() {
        StartError::Tls(error) => error,
        other => panic!("{other}"),
    }
}

/// A connection that trusts `certificate` alone.
pub(crate) fn tls_client(
    server: &Server,
    certificate: &[u8],
    versions: &[&'static SupportedProtocolVersion],
) -> Client<StreamOwned<ClientConnection, TcpStream>> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(certificate) {
        roots.add(certificate.unwrap()).unwrap();
    }
    let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_protocol_versions(versions)
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("localhost").unwrap();
    let connection = ClientConnection::new(Arc::new(config), name).unwrap();
    Client::over(StreamOwned::new(connection, connect(server.receiver.local_address())))
}

#[test]
fn an_event_arrives_over_tls_1_2_and_1_3() {
    let (certificate, key) = fresh();
    let directory = directory(certificate.as_bytes(), key.as_bytes());
    let server = start(directory.path());
    for version in [&TLS12, &TLS13] {
        let mut client = tls_client(&server, certificate.as_bytes(), &[version]);
        assert_eq!(client.request(post(b"{\"id\":1}")).status, 200, "{version:?}");
        assert_eq!(client.request(post(b"null")).status, 400, "{version:?}");
    }
    assert_eq!(server.texts().len(), 2);
}

#[test]
fn a_large_event_arrives_over_tls() {
    let (certificate, key) = fresh();
    let directory = directory(certificate.as_bytes(), key.as_bytes());
    let server = start(directory.path());
    let event = format!("{{\"a\":\"{}\"}}", "x".repeat(2_000_000));
    let mut client = tls_client(&server, certificate.as_bytes(), &[&TLS13]);
    assert_eq!(client.request(post(event.as_bytes())).status, 200);
    assert!(server.texts() == [event]);
}

#[test]
fn every_usual_kind_and_encoding_of_key_works() {
    for (certificate, key) in [("rsa.crt", "rsa.pkcs1.key"), ("rsa.crt", "rsa.pkcs8.key"), ("ec.crt", "ec.sec1.key")] {
        let directory = directory(&data(certificate), &data(key));
        let server = start(directory.path());
        let mut client = tls_client(&server, &data(certificate), &[&TLS12, &TLS13]);
        assert_eq!(client.request(post(b"{}")).status, 200, "{key}");
    }
}

#[test]
fn a_key_may_stand_behind_other_sections() {
    let key = [data("ec.crt"), data("ec.sec1.key")].concat();
    let directory = directory(&data("ec.crt"), &key);
    let server = start(directory.path());
    let mut client = tls_client(&server, &data("ec.crt"), &[&TLS13]);
    assert_eq!(client.request(post(b"{}")).status, 200);
}

#[test]
fn a_missing_file_is_named() {
    let directory = TempDir::new().unwrap();
    let certificate = directory.path().join("server.crt");
    let error = start_error(directory.path());
    assert!(matches!(&error, TlsError::Unreadable { path, .. } if *path == certificate), "{error}");
    fs::write(certificate, data("ec.crt")).unwrap();
    let error = start_error(directory.path());
    assert!(matches!(&error, TlsError::Unreadable { path, .. } if path.ends_with("server.key")), "{error}");
}

#[test]
fn a_file_without_what_it_should_hold_is_named() {
    let path_of = |error: &TlsError| -> (&'static str, PathBuf) {
        match error {
            TlsError::NoCertificate { path } => ("no certificate", path.clone()),
            TlsError::NoKey { path } => ("no key", path.clone()),
            TlsError::NotPem { path, .. } => ("not PEM", path.clone()),
            TlsError::TooLarge { path } => ("too large", path.clone()),
            other => panic!("{other}"),
        }
    };
    let (certificate, key) = (data("ec.crt"), data("ec.sec1.key"));
    let cut = &certificate[..certificate.len() / 2];
    let huge = vec![b'x'; 2_000_000];
    for (certificate, key, expected, file) in [
        (&b""[..], &key[..], "no certificate", "server.crt"),
        (&key, &key, "no certificate", "server.crt"),
        (cut, &key, "not PEM", "server.crt"),
        (&huge, &key, "too large", "server.crt"),
        (&certificate, b"", "no key", "server.key"),
        (&certificate, &certificate, "no key", "server.key"),
        (&certificate, &data("ec.encrypted.key"), "no key", "server.key"),
    ] {
        let directory = directory(certificate, key);
        let error = start_error(directory.path());
        assert_eq!(path_of(&error), (expected, directory.path().join(file)), "{error}");
        assert!(error.to_string().contains(file), "{error}");
    }
}

#[test]
fn a_key_of_another_certificate_is_refused() {
    for (certificate, key) in [("ec.crt", "rsa.pkcs8.key"), ("rsa.crt", "ec.sec1.key")] {
        let directory = directory(&data(certificate), &data(key));
        let error = start_error(directory.path());
        assert!(matches!(error, TlsError::Mismatch { .. }), "{error}");
    }
    let (certificate, key) = (fresh().0, fresh().1);
    let directory = directory(certificate.as_bytes(), key.as_bytes());
    let error = start_error(directory.path());
    assert!(matches!(error, TlsError::Mismatch { .. }), "{error}");
}

#[test]
fn a_handshake_that_never_begins_is_cut_and_does_not_hold_up_others() {
    let directory = directory(&data("ec.crt"), &data("ec.sec1.key"));
    let limits = Limits { tls_handshake_timeout: Duration::from_millis(100), ..Limits::default() };
    let server = Server::with(https(directory.path(), limits), Inbox::default());
    let mut silent = server.connect();
    let mut client = tls_client(&server, &data("ec.crt"), &[&TLS13]);
    assert_eq!(client.request(post(b"{}")).status, 200);
    silent.expect_end();
    assert_eq!(server.wait_for_problem().kind, ProblemKind::TlsHandshake);
    assert_eq!(server.metric("tls_handshakes_failed"), 1);
}

#[test]
fn plain_http_on_the_tls_port_is_a_failed_handshake() {
    let directory = directory(&data("ec.crt"), &data("ec.sec1.key"));
    let server = start(directory.path());
    let mut client = server.connect();
    client.send(post(b"{}"));
    assert_eq!(server.wait_for_problem().kind, ProblemKind::TlsHandshake);
    assert_eq!(server.texts().len(), 0);
}

#[test]
fn a_sender_that_does_not_trust_the_certificate_is_reported() {
    let directory = directory(&data("ec.crt"), &data("ec.sec1.key"));
    let server = start(directory.path());
    let mut client = tls_client(&server, &data("rsa.crt"), &[&TLS13]);
    assert!(client.try_send(post(b"{}")).is_err());
    let problem = server.wait_for_problem();
    assert_eq!(problem.kind, ProblemKind::TlsHandshake);
    assert!(problem.message.contains("127.0.0.1"), "{}", problem.message);
    eventually("the end of the connection", || server.metric("connections_open") == 0);
}

#[test]
fn a_running_handshake_does_not_hold_up_the_stop() {
    let directory = directory(&data("ec.crt"), &data("ec.sec1.key"));
    let hour = Duration::from_hours(1);
    let limits = Limits { tls_handshake_timeout: hour, stop_timeout: hour, ..Limits::default() };
    let server = Server::with(https(directory.path(), limits), Inbox::default());
    let mut silent = server.connect();
    eventually("the connection", || server.metric("connections_open") == 1);
    server.receiver.stop();
    silent.expect_end();
}
