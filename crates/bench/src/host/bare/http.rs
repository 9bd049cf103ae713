//! hyper alone: reads each request and answers 200.

use std::convert::Infallible;
use std::net::SocketAddr;

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;

use crate::failure::Failure;

/// Serves until it is killed.
pub(crate) fn bare_http(address: SocketAddr) -> Result<(), Failure> {
    let mut http = http1::Builder::new();
    // As the product: it saves a look for the sender's end while a request is answered.
    http.half_close(true);
    super::serve_all(address, move |stream| {
        let connection = http.serve_connection(TokioIo::new(stream), service_fn(answer));
        // What goes wrong with one connection, its sender notices.
        async move { _ = connection.await }
    })
}

async fn answer(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let body = request.into_body().collect().await;
    let mut response = Response::new(Full::from("Request Successful"));
    if body.is_err() {
        *response.status_mut() = StatusCode::BAD_REQUEST;
    }
    Ok(response)
}
