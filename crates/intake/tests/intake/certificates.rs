//! Certificates that change, end, or are asked of the client.

use std::fs;
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use intake::{Inbox, Limits, Problem, ProblemKind, Receiver, Settings, StartError, TlsError};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustix::fs::{CWD, Mode, mkfifoat};
use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, ClientConnection, HandshakeKind, RootCertStore, StreamOwned, SupportedProtocolVersion};
use tempfile::TempDir;

use crate::client::{Client, connect, post};
use crate::server::{Server, eventually, settings};
use crate::tls::{data, directory, fresh, https, tls_client};

const BOTH: &[&SupportedProtocolVersion] = &[&TLS12, &TLS13];

fn start(directory: &Path) -> Server {
    let limits = Limits { reload_interval: Duration::from_millis(5), ..Limits::default() };
    Server::with(https(directory, limits), Inbox::default())
}

fn write(directory: &TempDir, certificate: &[u8], key: &[u8]) {
    fs::write(directory.path().join("server.crt"), certificate).unwrap();
    fs::write(directory.path().join("server.key"), key).unwrap();
}

/// Whether a client that trusts `certificate` alone gets an answer.
fn serves(server: &Server, certificate: &[u8]) -> bool {
    let mut client = tls_client(server, certificate, BOTH);
    client.try_send(post(b"{}")).is_ok() && client.answer().status == 200
}

#[test]
fn a_certificate_replaced_by_garbage_and_then_by_a_good_one_never_interrupts() {
    let directory = directory(&data("ec.crt"), &data("ec.sec1.key"));
    let server = start(directory.path());
    assert!(serves(&server, &data("ec.crt")));
    fs::write(directory.path().join("server.crt"), "garbage").unwrap();
    let problem = server.wait_for_problem();
    assert_eq!((problem.kind, problem.count), (ProblemKind::Certificate, 1));
    assert!(problem.message.contains("server.crt"), "{}", problem.message);
    assert!(serves(&server, &data("ec.crt")));
    // Another certificate before its key is there: does not fit yet.
    fs::write(directory.path().join("server.crt"), data("rsa.crt")).unwrap();
    assert!(serves(&server, &data("ec.crt")));
    fs::write(directory.path().join("server.key"), data("rsa.pkcs8.key")).unwrap();
    eventually("the new certificate", || serves(&server, &data("rsa.crt")));
    assert!(!serves_without_trust(&server));
}

fn serves_without_trust(server: &Server) -> bool {
    tls_client(server, &data("ec.crt"), BOTH).try_send(post(b"{}")).is_ok()
}

#[test]
fn a_vanished_certificate_leaves_the_former_one() {
    let directory = directory(&data("ec.crt"), &data("ec.sec1.key"));
    let server = start(directory.path());
    fs::remove_file(directory.path().join("server.key")).unwrap();
    assert_eq!(server.wait_for_problem().kind, ProblemKind::Certificate);
    assert!(serves(&server, &data("ec.crt")));
}

#[test]
fn a_pipe_in_its_place_is_reported_and_waited_for_by_nobody() {
    let directory = directory(&data("ec.crt"), &data("ec.sec1.key"));
    let server = start(directory.path());
    let path = directory.path().join("server.crt");
    fs::remove_file(&path).unwrap();
    mkfifoat(CWD, &path, Mode::RUSR | Mode::WUSR).unwrap();
    let problem = eventual_problem(&server, "not a regular file");
    assert_eq!(problem.kind, ProblemKind::Certificate);
    assert!(serves(&server, &data("ec.crt")));
    server.receiver.stop();
}

/// The first problem that says `text`; between two states of a file there may be others.
fn eventual_problem(server: &Server, text: &str) -> Problem {
    loop {
        let problem = server.wait_for_problem();
        if problem.message.contains(text) {
            return problem;
        }
    }
}

#[test]
fn a_connection_from_before_the_change_goes_on() {
    let (certificate, key) = fresh();
    let directory = directory(&data("ec.crt"), &data("ec.sec1.key"));
    let server = start(directory.path());
    let mut before = tls_client(&server, &data("ec.crt"), BOTH);
    assert_eq!(before.request(post(b"{}")).status, 200);
    write(&directory, certificate.as_bytes(), key.as_bytes());
    let is_trusted = |certificate: &[u8]| tls_client(&server, certificate, BOTH).try_send(post(b"{}")).is_ok();
    eventually("the new certificate", || is_trusted(certificate.as_bytes()));
    assert_eq!(before.request(post(b"{}")).status, 200);
}

#[test]
fn a_certificate_that_ends_soon_is_reported_at_start_and_its_time_is_a_metric() {
    let mut parameters = CertificateParams::new(["localhost".to_owned()]).unwrap();
    let key = KeyPair::generate().unwrap();
    parameters.not_after = (std::time::SystemTime::now() + Duration::from_hours(3 * 24 + 1)).into();
    let certificate = parameters.self_signed(&key).unwrap().pem();
    let directory = directory(certificate.as_bytes(), key.serialize_pem().as_bytes());
    let server = start(directory.path());
    let problem = server.wait_for_problem();
    assert_eq!(problem.kind, ProblemKind::Certificate);
    assert!(problem.message.contains("3 days"), "{}", problem.message);
    let left = server.metric("tls_certificate_expires_seconds");
    assert!((3 * 86_400..=3 * 86_400 + 3_600).contains(&left), "{left}");
    // A new one is taken over, and its time with it.
    write(&directory, &data("ec.crt"), &data("ec.sec1.key"));
    eventually("the new time", || server.metric("tls_certificate_expires_seconds") > 365 * 86_400);
}

#[test]
fn a_second_connection_resumes_the_session() {
    let directory = directory(&data("ec.crt"), &data("ec.sec1.key"));
    let server = start(directory.path());
    for version in [&TLS12, &TLS13] {
        let config = Arc::new(client_config(&data("ec.crt"), &[version], None));
        let kinds = [(); 2].map(|()| {
            let mut stream = stream(&server, &config);
            let mut client = Client::over(&mut stream);
            assert_eq!(client.request(post(b"{}")).status, 200);
            stream.conn.handshake_kind()
        });
        assert_eq!(kinds, [Some(HandshakeKind::Full), Some(HandshakeKind::Resumed)], "{version:?}");
    }
}

#[test]
fn a_handshake_that_comes_byte_by_byte_is_cut() {
    use std::io::{Read as _, Write as _};

    let directory = directory(&data("ec.crt"), &data("ec.sec1.key"));
    let short = Duration::from_millis(100);
    let limits = Limits { tls_handshake_timeout: short, ..Limits::default() };
    let server = Server::with(https(directory.path(), limits), Inbox::default());
    let mut slow = connect(server.receiver.local_address());
    slow.set_read_timeout(Some(short / 10)).unwrap();
    slow.write_all(&[22, 3, 1, 2, 0, 1, 0, 1, 0xfc]).unwrap();
    eventually("the end", || slow.write_all(&[3]).is_err() || slow.read(&mut [0; 16]).is_ok());
    eventually("the count", || server.metric("connections_open") == 0);
}

/// A certificate authority and a certificate it has signed, with its key.
struct Authority {
    certificate: String,
    client: (String, String),
}

fn authority() -> Authority {
    let mut parameters = CertificateParams::new(Vec::new()).unwrap();
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let issuer = CertifiedIssuer::self_signed(parameters, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(["gitlab".to_owned()]).unwrap().signed_by(&key, &issuer).unwrap();
    Authority { certificate: issuer.pem(), client: (certificate.pem(), key.serialize_pem()) }
}

fn client_config(
    trusted: &[u8],
    versions: &[&'static SupportedProtocolVersion],
    own: Option<&(String, String)>,
) -> ClientConfig {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(trusted).unwrap()).unwrap();
    let builder = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_protocol_versions(versions)
        .unwrap()
        .with_root_certificates(roots);
    match own {
        None => builder.with_no_client_auth(),
        Some((certificate, key)) => {
            let chain = vec![CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap()];
            builder.with_client_auth_cert(chain, PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap()).unwrap()
        }
    }
}

fn stream(server: &Server, config: &Arc<ClientConfig>) -> StreamOwned<ClientConnection, TcpStream> {
    let name = ServerName::try_from("localhost").unwrap();
    let connection = ClientConnection::new(Arc::clone(config), name).unwrap();
    StreamOwned::new(connection, connect(server.receiver.local_address()))
}

/// Whether a client with this certificate gets an answer.
fn admits(server: &Server, own: Option<&(String, String)>, version: &'static SupportedProtocolVersion) -> bool {
    use std::io::{Read as _, Write as _};

    let mut stream = stream(server, &Arc::new(client_config(&data("ec.crt"), &[version], own)));
    let mut answer = [0; 12];
    // In TLS 1.3 the client hears of the refusal when it reads.
    stream.write_all(&post(b"{}")).is_ok() && stream.read_exact(&mut answer).is_ok() && answer.ends_with(b"200")
}

fn mutual(directory: &TempDir, authority: &str) -> Settings {
    let path = directory.path().join("clients.pem");
    fs::write(&path, authority).unwrap();
    let limits = Limits { reload_interval: Duration::from_millis(5), ..Limits::default() };
    Settings { client_authority: Some(path), ..https(directory.path(), limits) }
}

#[test]
fn with_a_client_authority_only_its_clients_get_in() {
    let (authority, other) = (authority(), authority());
    let directory = directory(&data("ec.crt"), &data("ec.sec1.key"));
    let server = Server::with(mutual(&directory, &authority.certificate), Inbox::default());
    for version in [&TLS12, &TLS13] {
        assert!(admits(&server, Some(&authority.client), version), "{version:?}");
        assert!(!admits(&server, None, version), "{version:?}");
        assert!(!admits(&server, Some(&other.client), version), "{version:?}");
    }
    assert_eq!(server.texts().len(), 2);
    assert_eq!(server.problem_kinds(), [ProblemKind::TlsHandshake]);
}

#[test]
fn a_changed_authority_locks_out_the_clients_of_the_former_one_sessions_included() {
    let (old, new) = (authority(), authority());
    let directory = directory(&data("ec.crt"), &data("ec.sec1.key"));
    let server = Server::with(mutual(&directory, &old.certificate), Inbox::default());
    let config = Arc::new(client_config(&data("ec.crt"), BOTH, Some(&old.client)));
    let admits_old = || {
        use std::io::{Read as _, Write as _};
        let mut stream = stream(&server, &config);
        stream.write_all(&post(b"{}")).is_ok() && stream.read_exact(&mut [0; 12]).is_ok()
    };
    assert!(admits_old() && admits_old());
    fs::write(directory.path().join("clients.pem"), &new.certificate).unwrap();
    eventually("the new authority", || admits(&server, Some(&new.client), &TLS13));
    assert!(!admits_old());
}

#[test]
fn an_unfit_authority_stops_the_start_and_is_named() {
    let directory = directory(&data("ec.crt"), &data("ec.sec1.key"));
    for content in ["", "garbage"] {
        let error = Receiver::start(mutual(&directory, content), Arc::new(Inbox::default())).unwrap_err();
        assert!(matches!(error, StartError::Tls(TlsError::ClientAuthority(_))), "{error}");
        assert!(error.to_string().contains("clients.pem"), "{error}");
    }
    let plain = Settings { client_authority: Some("clients.pem".into()), ..settings("http://127.0.0.1:0/") };
    let error = Receiver::start(plain, Arc::new(Inbox::default())).unwrap_err();
    assert!(matches!(error, StartError::ClientAuthorityWithoutTls), "{error}");
}
