//! What all connections of a receiver share, and how much time it leaves each.

use std::net::IpAddr;
use std::sync::Arc;

use hyper::server::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tokio::sync::{Mutex, Semaphore};

use super::certificate::ServedCertificate;
use super::failing_sources::FailingSources;
use super::settings::{Limits, Settings};
use super::tokens::Tokens;
use crate::inbox::Inbox;
use crate::listen::ServedPath;
use crate::networks::Networks;

/// What all connections of a receiver share.
pub(super) struct ConnectionContext {
    pub(super) path: ServedPath,
    pub(super) tokens: Tokens,
    pub(super) allowed_sources: Option<Networks>,
    pub(super) trusted_proxies: Networks,
    pub(super) failing_sources: FailingSources,
    pub(super) limits: Limits,
    pub(super) inbox: Arc<Inbox>,
    /// Bytes that large bodies may still take; see [`body`](super::body).
    pub(super) body_memory: Semaphore,
    /// Bodies that are read at once, as many as there may be connections: one connection of HTTP/2 may send many.
    pub(super) bodies: Semaphore,
    /// Connections that may still be opened.
    pub(super) places: Arc<Semaphore>,
    /// Held by whoever looks after the files.
    pub(super) reloading: Mutex<()>,
    pub(super) tls: Option<ServedCertificate>,
    pub(super) http1: http1::Builder,
    pub(super) hurried_http1: http1::Builder,
    pub(super) http2: http2::Builder<TokioExecutor>,
}

/// How much time a connection may take to say what it wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pace {
    Usual,
    /// Others are waiting.
    Hurried,
}

impl ConnectionContext {
    pub(super) fn new(settings: Settings, tls: Option<ServedCertificate>, inbox: Arc<Inbox>) -> Self {
        let limits = settings.limits;
        let mut http1 = http1::Builder::new();
        http1
            .timer(TokioTimer::new())
            .header_read_timeout(limits.header_timeout)
            .max_header_size(limits.header_bytes as usize)
            // What is read ahead, of the headers or of a body. A soft limit, and hyper does not go below 8 KiB.
            .max_buf_size(limits.header_bytes.max(8 * 1024) as usize)
            // A sender may close its side as soon as its request is out, and still wants the answer.
            .half_close(true);
        let mut hurried_http1 = http1.clone();
        hurried_http1.header_read_timeout(limits.hurried_timeout.min(limits.header_timeout));
        Self {
            path: settings.listen.path().clone(),
            tokens: Tokens::new(settings.tokens),
            allowed_sources: settings.allowed_sources,
            trusted_proxies: settings.trusted_proxies,
            failing_sources: FailingSources::new(limits.connections, limits.failure_delay),
            inbox,
            body_memory: Semaphore::new(limits.bodies_in_flight_bytes as usize),
            bodies: Semaphore::new(limits.connections as usize),
            places: Arc::new(Semaphore::new(limits.connections as usize)),
            reloading: Mutex::new(()),
            http2: super::http2::builder(&limits),
            limits,
            tls,
            http1,
            hurried_http1,
        }
    }

    /// Whether most connections that may be open are. Nobody then gets more time than it takes, so that nobody keeps the
    /// others out, and an answer is the last of its connection.
    pub(super) fn is_crowded(&self) -> bool {
        self.places.available_permits() < self.limits.connections as usize / 4
    }

    /// How much time a new connection may take.
    pub(super) fn pace(&self) -> Pace {
        if self.is_crowded() { Pace::Hurried } else { Pace::Usual }
    }

    /// Whether no request of `peer` can be accepted, whatever it says.
    pub(super) fn is_forbidden(&self, peer: IpAddr) -> bool {
        let is_allowed = self.allowed_sources.as_ref().is_none_or(|allowed| allowed.contains(peer));
        !is_allowed && !self.trusted_proxies.contains(peer)
    }

    /// Whether there is anything that may change while the receiver runs.
    pub(super) fn is_reloadable(&self) -> bool {
        self.tls.is_some() || self.tokens.are_in_files()
    }

    /// Looks at the files that hold secrets and certificates, and takes over what has changed.
    pub(super) fn reload(&self) {
        self.tokens.reload(&self.inbox);
        if let Some(tls) = &self.tls {
            tls.reload(&self.inbox);
        }
    }
}
