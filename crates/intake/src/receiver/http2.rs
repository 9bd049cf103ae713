//! HTTP/2: how it is bounded.

use hyper::server::conn::http2::Builder;
use hyper_util::rt::{TokioExecutor, TokioTimer};

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
