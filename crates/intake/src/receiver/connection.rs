//! One connection: its TLS handshake, its requests one after another, its end.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use hyper::header::{CONNECTION, HeaderValue};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::{Notify, watch};
use tokio_io_timeout::TimeoutWriter;
use tokio_rustls::TlsAcceptor;

use super::context::{ConnectionContext, Pace};
use super::rejection::Rejection;
use super::request;
use super::running::Running;
use crate::inbox::Inbox;
use crate::metrics::Counter;
use crate::problem::ProblemKind;

/// How long a connection may take to bring its handshake, and again its next request, when the receiver stops. GitLab opens a
/// connection for each event and sends it at once, a proxy keeps some and uses them; what they cannot send is lost.
const LAST_CALL: Duration = Duration::from_secs(1);

/// How long an HTTP/2 peer may take for its last answers when the receiver stops.
const LAST_ANSWERS: Duration = Duration::from_secs(1);

/// One connection besides the stream of its bytes.
pub(super) struct Connection {
    pub(super) peer: SocketAddr,
    pub(super) pace: Pace,
    pub(super) context: Arc<ConnectionContext>,
    /// The sender of it is dropped when the receiver stops.
    pub(super) stopped: watch::Receiver<()>,
}

impl Connection {
    /// Serves requests until the connection ends, or until the receiver stops and no request is running.
    pub(super) async fn serve(self, stream: TcpStream) {
        let Self { peer, pace, context, stopped } = &self;
        let _open = OpenConnection::count(&context.inbox);
        let mut stream = TimeoutWriter::new(stream);
        stream.set_timeout(Some(context.limits.write_timeout));
        let stream = Box::pin(stream);
        let Some(tls) = &context.tls else {
            return self.serve_http1(stream).await;
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
                    return self.serve_http2(stream).await;
                }
                Ok(Ok(stream)) => return self.serve_http1(stream).await,
                Ok(Err(error)) => error.to_string(),
                Err(_elapsed) => "it took too long".to_owned(),
            }
        };
        context.inbox.count(Counter::TlsHandshakesFailed);
        context
            .inbox
            .report(ProblemKind::TlsHandshake, || format!("the TLS handshake with {} failed: {failure}", peer.ip()));
    }

    async fn serve_http1(&self, stream: impl AsyncRead + AsyncWrite + Unpin) {
        let &Self { peer, pace, ref context, stopped: ref ending } = self;
        let (mut stopped, was_used) = (ending.clone(), AtomicBool::new(false));
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
        self.note_end(&result);
    }

    /// Serves HTTP/2. hyper has no time-outs for it, so connections that are idle, or whose peer does not take its answers,
    /// are ended here.
    async fn serve_http2(&self, stream: impl AsyncRead + AsyncWrite + Unpin) {
        let &Self { peer, pace, ref context, ref stopped } = self;
        let mut stopped = stopped.clone();
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
            result = connection.as_mut() => return self.note_end(&result),
            () = running.idle(idle) => context.limits.write_timeout,
            () = crowded.notified() => context.limits.write_timeout,
            _ = stopped.changed() => LAST_ANSWERS,
        };
        connection.as_mut().graceful_shutdown();
        tokio::select! {
            result = connection => self.note_end(&result),
            () = running.idle(patience) => {}
        }
    }

    fn note_end(&self, result: &hyper::Result<()>) {
        if let Err(error) = result {
            self.context.inbox.count(Counter::BrokenConnections);
            tracing::debug!(peer = %self.peer, %error, "a connection broke");
        }
    }
}

/// Returns when the receiver has been stopping for [`LAST_CALL`].
async fn last_call(mut stopped: watch::Receiver<()>) {
    // An error, which is what the sender's end looks like, is what is waited for.
    _ = stopped.changed().await;
    tokio::time::sleep(LAST_CALL).await;
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
