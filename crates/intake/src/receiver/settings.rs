//! What a receiver must be told, and the bounds it keeps.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::listen::Listen;
use crate::networks::Networks;
use crate::secret::Secret;

/// How a receiver is reached and who may send to it.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where to listen.
    pub listen: Listen,
    /// What a sender must show: one of these.
    pub tokens: Vec<VerificationToken>,
    /// Where requests may come from; none for everywhere.
    pub allowed_sources: Option<Networks>,
    /// Proxies that are believed about whom they forward for (`X-Forwarded-For`).
    pub trusted_proxies: Networks,
    /// Where `server.crt` and `server.key` are; needed for `https`.
    pub secrets_dir: Option<PathBuf>,
    /// A file with certificates of authorities; with it, clients must show a certificate that one of them has signed.
    pub client_authority: Option<PathBuf>,
    /// How much of everything.
    pub limits: Limits,
}

impl Settings {
    /// Settings with defaults for the rest: no certificate, requests from everywhere, no proxies, the usual limits.
    pub fn new(listen: Listen, tokens: Vec<VerificationToken>) -> Self {
        Self {
            listen,
            tokens,
            allowed_sources: None,
            trusted_proxies: Networks::default(),
            secrets_dir: None,
            client_authority: None,
            limits: Limits::default(),
        }
    }
}

/// The verification token of a streaming destination.
#[derive(Debug, Clone)]
pub struct VerificationToken {
    /// The token.
    pub secret: Secret,
    /// The name of the GitLab instance or group that was given it.
    pub instance: Option<Arc<str>>,
}

/// The bounds of a receiver. The defaults fit GitLab, which gives up after 8 seconds and sends 25 MiB at most.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Connections open at once; further ones wait in the system's backlog.
    pub connections: u32,
    /// The largest body accepted, in bytes.
    pub body_bytes: u32,
    /// Bodies being read at once, in bytes together. Small bodies are not counted: the number of connections bounds them.
    pub bodies_in_flight_bytes: u32,
    /// Request line and headers together, in bytes. GitLab sends up to 20 custom headers of up to 2,255 characters.
    pub header_bytes: u32,
    /// From the connection, or from the last answer, to the end of the next request's headers: so it ends both slow
    /// senders of headers and idle connections.
    pub header_timeout: Duration,
    /// The same, and the bound of a TLS handshake, for connections that come when three quarters of all are open: so many idle ones
    /// cannot keep others out for as long as GitLab waits.
    pub hurried_timeout: Duration,
    /// From the end of the headers to the end of the body.
    pub body_timeout: Duration,
    /// How long the peer may leave an answer unread.
    pub write_timeout: Duration,
    /// From the connection to the end of the TLS handshake.
    pub tls_handshake_timeout: Duration,
    /// How long at most the answer to a source that shows wrong tokens again and again is held back. A token is far too
    /// long to be guessed at any rate, so this only keeps a flood cheap; a misconfigured GitLab waits 8 seconds at most, and
    /// its other destinations wait with it.
    pub failure_delay: Duration,
    /// How long running requests may go on when the receiver stops.
    pub stop_timeout: Duration,
    /// How often files with secrets and certificates are looked at for changes.
    pub reload_interval: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        const MIB: u32 = 1024 * 1024;
        Self {
            connections: 1024,
            body_bytes: 25 * MIB,
            bodies_in_flight_bytes: 256 * MIB,
            header_bytes: 64 * 1024,
            header_timeout: Duration::from_secs(10),
            hurried_timeout: Duration::from_secs(1),
            body_timeout: Duration::from_secs(30),
            write_timeout: Duration::from_secs(10),
            tls_handshake_timeout: Duration::from_secs(10),
            failure_delay: Duration::from_millis(250),
            stop_timeout: Duration::from_secs(5),
            reload_interval: Duration::from_secs(1),
        }
    }
}
