//! rustls alone: a handshake, the bytes of one request after another, an answer that is always the same.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::path::Path;

use intake::TlsFiles;
use memchr::memmem;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;

use crate::failure::Failure;

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 18\r\n\r\nRequest Successful";
const MOST_BYTES: usize = 1 << 20;

/// Serves until it is killed.
pub(crate) fn bare_tls(address: SocketAddr, certificate: &Path) -> Result<(), Failure> {
    // As the receiver has it: suites, tickets and all, so that what is compared is what comes after.
    let acceptor = TlsAcceptor::from(TlsFiles::new(certificate, None).load()?);
    super::serve_all(address, move |stream| {
        let acceptor = acceptor.clone();
        // What goes wrong with one connection, its sender notices.
        async move { _ = serve(stream, acceptor).await }
    })
}

async fn serve(stream: TcpStream, acceptor: TlsAcceptor) -> io::Result<()> {
    let mut stream = acceptor.accept(stream).await?;
    let mut request = Vec::new();
    while read_request(&mut stream, &mut request).await? {
        stream.write_all(ANSWER).await?;
        stream.flush().await?;
        if memmem::find(&request, b"\r\nConnection: close\r\n").is_some() {
            break;
        }
    }
    stream.shutdown().await
}

/// Reads until the request is whole; false where the connection ends instead.
async fn read_request(stream: &mut (impl AsyncRead + Unpin), request: &mut Vec<u8>) -> io::Result<bool> {
    request.clear();
    while !is_whole(request) {
        if request.len() > MOST_BYTES {
            return Err(ErrorKind::InvalidData.into());
        }
        if stream.read_buf(request).await? == 0 {
            return Ok(false);
        }
    }
    Ok(true)
}

/// For requests as this program sends them.
fn is_whole(request: &[u8]) -> bool {
    const LENGTH: &[u8] = b"\r\nContent-Length: ";
    let Some(end) = memmem::find(request, b"\r\n\r\n") else { return false };
    let length = memmem::find(&request[..end], LENGTH).map(|start| &request[start + LENGTH.len()..end]);
    let digits = length.map_or(&[][..], |rest| rest.split(|byte| *byte == b'\r').next().unwrap_or_default());
    let length: usize = std::str::from_utf8(digits).ok().and_then(|digits| digits.parse().ok()).unwrap_or(0);
    request.len() >= end + 4 + length
}
