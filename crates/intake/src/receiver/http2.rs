//! HTTP/2: how it is bounded, and when one of its connections has been idle too long.

use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http2::Builder;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tokio::sync::watch;

use super::settings::Limits;

/// Requests at once over one connection. A reverse proxy may send everything over one.
const STREAMS: u32 = 64;

/// What one stream, and all streams of a connection together, may send unread. This memory is taken before any token is
/// seen, so it is small.
const STREAM_WINDOW: u32 = 64 * 1024;
const CONNECTION_WINDOW: u32 = 128 * 1024;

/// Streams that the peer may open and reset at once, over and over, before the connection is closed ("rapid reset",
/// CVE-2023-44487), and those that we reset for its mistakes (CVE-2025-8671).
const PENDING_RESETS: usize = 20;
const OWN_RESETS: usize = 64;

pub(super) fn builder(limits: &Limits) -> Builder<TokioExecutor> {
    let mut http = Builder::new(TokioExecutor::new());
    http.timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS)
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_pending_accept_reset_streams(PENDING_RESETS)
        .max_local_error_reset_streams(OWN_RESETS)
        .max_header_list_size(limits.header_bytes)
        .max_send_buf_size(16 * 1024);
    http
}

/// The requests that are running on one connection.
#[derive(Debug, Clone)]
pub(super) struct Running(Arc<watch::Sender<usize>>);

/// One of them, until it is dropped.
#[derive(Debug)]
pub(super) struct RunningRequest(Arc<watch::Sender<usize>>);

impl Running {
    pub(super) fn none() -> Self {
        Self(Arc::new(watch::Sender::new(0)))
    }

    pub(super) fn begin(&self) -> RunningRequest {
        self.0.send_modify(|running| *running += 1);
        RunningRequest(Arc::clone(&self.0))
    }

    /// Returns when no request has been running, and none has begun, for `patience`.
    pub(super) async fn idle(&self, patience: Duration) {
        let mut running = self.0.subscribe();
        // The sender lives as long as `self`, so neither wait fails.
        while running.wait_for(|running| *running == 0).await.is_ok() {
            if tokio::time::timeout(patience, running.changed()).await.is_err() {
                return;
            }
        }
    }
}

impl Drop for RunningRequest {
    fn drop(&mut self) {
        self.0.send_modify(|running| *running -= 1);
    }
}
