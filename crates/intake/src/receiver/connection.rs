//! One connection: its TLS handshake, its requests one after another, its end.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use hyper::header::{CONNECTION, HeaderValue};
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::{Notify, Semaphore, watch};
use tokio_io_timeout::TimeoutWriter;
use tokio_rustls::TlsAcceptor;

use super::certificate::ServedCertificate;
use super::failing_sources::FailingSources;
use super::http2::Running;
use super::rejection::Rejection;
use super::request;
use super::settings::{Limits, Settings};
use super::tokens::Tokens;
use crate::inbox::Inbox;
use crate::listen::ServedPath;
use crate::metrics::Counter;
use crate::networks::Networks;
use crate::problem::ProblemKind;

/// How long a connection may take to bring its handshake, and again its next request, when the receiver stops. GitLab opens a
/// connection for each event and sends it at once, a proxy keeps some and uses them; what they cannot send is lost.
const LAST_CALL: Duration = Duration::from_secs(1);

/// How long an HTTP/2 peer may take for its last answers when the receiver stops.
const LAST_ANSWERS: Duration = Duration::from_secs(1);

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
    tls: Option<ServedCertificate>,
    http1: http1::Builder,
    hurried_http1: http1::Builder,
    http2: http2::Builder<TokioExecutor>,
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
    fn is_forbidden(&self, peer: IpAddr) -> bool {
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

/// Serves one connection until it ends, or until the sender of `stopped` is dropped and no request is running.
pub(super) async fn serve(
    stream: TcpStream,
    peer: SocketAddr,
    pace: Pace,
    context: &Arc<ConnectionContext>,
    stopped: watch::Receiver<()>,
) {
    let _open = OpenConnection::count(&context.inbox);
    // Answers are small and complete; waiting to fill a packet would only delay them.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%peer, %error, "TCP_NODELAY was refused");
    }
    let mut stream = TimeoutWriter::new(stream);
    stream.set_timeout(Some(context.limits.write_timeout));
    let stream = Box::pin(stream);
    let Some(tls) = &context.tls else {
        return serve_http1(stream, peer, pace, context, stopped).await;
    };
    // Not worth a handshake. Without TLS an answer says why, which costs as little.
    if context.is_forbidden(peer.ip()) {
        return Rejection::SourceForbidden.record(peer.ip(), &context.inbox);
    }
    let tls = TlsAcceptor::from(tls.config());
    let patience = match pace {
        Pace::Usual => context.limits.tls_handshake_timeout,
        Pace::Hurried => context.limits.hurried_timeout.min(context.limits.tls_handshake_timeout),
    };
    let handshake = tokio::time::timeout(patience, tls.accept(stream));
    let failure = tokio::select! {
        () = last_call(stopped.clone()) => return,
        handshake = handshake => match handshake {
            Ok(Ok(stream)) if stream.get_ref().1.alpn_protocol() == Some(b"h2") => {
                return serve_http2(stream, peer, pace, context, stopped).await;
            }
            Ok(Ok(stream)) => return serve_http1(stream, peer, pace, context, stopped).await,
            Ok(Err(error)) => error.to_string(),
            Err(_elapsed) => "it took too long".to_owned(),
        }
    };
    context.inbox.count(Counter::TlsHandshakesFailed);
    context
        .inbox
        .report(ProblemKind::TlsHandshake, || format!("the TLS handshake with {} failed: {failure}", peer.ip()));
}

async fn serve_http1<S>(
    stream: S,
    peer: SocketAddr,
    pace: Pace,
    context: &Arc<ConnectionContext>,
    mut stopped: watch::Receiver<()>,
) where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let was_used = AtomicBool::new(false);
    let ending = &stopped.clone();
    let service = service_fn(|request| {
        was_used.store(true, Ordering::Relaxed);
        let context = Arc::clone(context);
        async move {
            let mut answer = request::answer(request, peer.ip(), &context).await;
            // An error means that the sender is gone, which is the sign to stop.
            if ending.has_changed().is_err() || context.is_crowded() {
                answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
            }
            Ok::<_, Infallible>(answer)
        }
    });
    let http1 = match pace {
        Pace::Usual => &context.http1,
        Pace::Hurried => &context.hurried_http1,
    };
    let mut connection = pin!(http1.serve_connection(TokioIo::new(stream), service));
    let result = tokio::select! {
        result = connection.as_mut() => result,
        _ = stopped.changed() => {
            // Told now, hyper would close a connection on which nothing has come yet, although a request may be on its way.
            match tokio::time::timeout(LAST_CALL, connection.as_mut()).await {
                Ok(result) => result,
                Err(_elapsed) if !was_used.load(Ordering::Relaxed) => return,
                Err(_elapsed) => {
                    connection.as_mut().graceful_shutdown();
                    connection.await
                }
            }
        }
    };
    note_end(result, peer, context);
}

/// Serves HTTP/2. hyper has no time-outs for it, so connections that are idle, or whose peer does not take its answers,
/// are ended here.
async fn serve_http2<S>(
    stream: S,
    peer: SocketAddr,
    pace: Pace,
    context: &Arc<ConnectionContext>,
    mut stopped: watch::Receiver<()>,
) where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let (running, crowded) = (Running::none(), Arc::new(Notify::new()));
    let service = service_fn(|request| {
        let (context, running, crowded) = (Arc::clone(context), running.begin(), Arc::clone(&crowded));
        async move {
            let answer = request::answer(request, peer.ip(), &context).await;
            if context.is_crowded() {
                crowded.notify_one();
            }
            drop(running);
            Ok::<_, Infallible>(answer)
        }
    });
    let mut connection = pin!(context.http2.serve_connection(TokioIo::new(stream), service));
    let idle = match pace {
        Pace::Usual => context.limits.header_timeout,
        Pace::Hurried => context.limits.hurried_timeout.min(context.limits.header_timeout),
    };
    let patience = tokio::select! {
        result = connection.as_mut() => return note_end(result, peer, context),
        () = running.idle(idle) => context.limits.write_timeout,
        () = crowded.notified() => context.limits.write_timeout,
        _ = stopped.changed() => LAST_ANSWERS,
    };
    connection.as_mut().graceful_shutdown();
    tokio::select! {
        result = connection => note_end(result, peer, context),
        () = running.idle(patience) => {}
    }
}

/// Returns when the receiver has been stopping for [`LAST_CALL`].
async fn last_call(mut stopped: watch::Receiver<()>) {
    // An error, which is what the sender's end looks like, is what is waited for.
    _ = stopped.changed().await;
    tokio::time::sleep(LAST_CALL).await;
}

fn note_end(result: hyper::Result<()>, peer: SocketAddr, context: &ConnectionContext) {
    if let Err(error) = result {
        context.inbox.count(Counter::BrokenConnections);
        tracing::debug!(%peer, %error, "a connection broke");
    }
}

/// Keeps the number of open connections right, however a connection ends.
struct OpenConnection<'a>(&'a Inbox);

impl<'a> OpenConnection<'a> {
    fn count(inbox: &'a Inbox) -> Self {
        inbox.count(Counter::Connections);
        inbox.count(Counter::ConnectionsOpen);
        Self(inbox)
    }
}

impl Drop for OpenConnection<'_> {
    fn drop(&mut self) {
        self.0.uncount(Counter::ConnectionsOpen);
    }
}
