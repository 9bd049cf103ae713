//! The answers to operators' questions.

use hyper::body::Bytes;
use hyper::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use hyper::{Method, Request, Response, StatusCode};

use http_body_util::Full;

use super::prometheus;
use crate::inbox::Inbox;

/// Answers a request by its method, path and query alone; a body is not read.
pub(super) fn answer<B>(request: &Request<B>, inbox: &Inbox) -> Response<Full<Bytes>> {
    let mut answer = if request.method() == Method::GET || request.method() == Method::HEAD {
        page(request, inbox)
    } else {
        let mut answer = text(StatusCode::METHOD_NOT_ALLOWED, "ask with GET\n");
        answer.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
        answer
    };
    answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}

fn page<B>(request: &Request<B>, inbox: &Inbox) -> Response<Full<Bytes>> {
    match (request.uri().path(), request.uri().query()) {
        ("/healthz", Some("ready")) | ("/readyz", _) if inbox.is_open() => text(StatusCode::OK, "ready\n"),
        ("/healthz", Some("ready")) | ("/readyz", _) => text(StatusCode::SERVICE_UNAVAILABLE, "not ready\n"),
        ("/healthz", _) => text(StatusCode::OK, "alive\n"),
        ("/metrics", _) => {
            let mut answer = text(StatusCode::OK, prometheus::text(inbox));
            answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(prometheus::CONTENT_TYPE));
            answer
        }
        _ => text(StatusCode::NOT_FOUND, "there are /healthz, /readyz and /metrics\n"),
    }
}

fn text(status: StatusCode, text: impl Into<Bytes>) -> Response<Full<Bytes>> {
    let mut answer = Response::new(Full::new(text.into()));
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    answer
}
