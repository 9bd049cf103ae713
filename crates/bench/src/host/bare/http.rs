//! hyper alone: reads each request and answers 200.

use std::convert::Infallible;
use std::net::SocketAddr;

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

use crate::failure::Failure;

/// Serves until it is killed.
pub(crate) fn bare_http(address: SocketAddr) -> Result<(), Failure> {
    super::runtime()?.block_on(async {
        let listener = TcpListener::bind(address).await.map_err(Failure::system("listening"))?;
        loop {
            let (stream, _) = listener.accept().await.map_err(Failure::system("accepting a connection"))?;
            _ = stream.set_nodelay(true);
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service_fn(answer)));
        }
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
