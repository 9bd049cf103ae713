//! An HTTP client that says exactly what it is told to, right or wrong.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use crate::server::TOKEN;

/// No test waits that long unless it fails.
const PATIENCE: Duration = Duration::from_secs(30);

/// One connection.
pub(crate) struct Client<S = TcpStream> {
    stream: S,
    received: Vec<u8>,
}

/// What the server answered.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// The header lines, lower-case.
    pub(crate) head: String,
    pub(crate) body: String,
}

pub(crate) fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.set_write_timeout(Some(PATIENCE)).unwrap();
    stream.set_nodelay(true).unwrap();
    stream
}

/// A request as GitLab sends it, with the right token, to `/`.
pub(crate) fn post(body: &[u8]) -> Vec<u8> {
    post_with(&format!("X-Gitlab-Event-Streaming-Token: {TOKEN}\r\n"), body)
}

/// A POST with these header lines besides `Host` and `Content-Length`.
pub(crate) fn post_with(headers: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!("POST / HTTP/1.1\r\nHost: localhost\r\n{headers}Content-Length: {length}\r\n\r\n");
    [head.as_bytes(), body].concat()
}

impl Client {
    pub(crate) fn connect(address: SocketAddr) -> Self {
        Self::over(connect(address))
    }

    pub(crate) fn stream(&self) -> &TcpStream {
        &self.stream
    }
}

impl<S: Read + Write> Client<S> {
    pub(crate) fn over(stream: S) -> Self {
        Self { stream, received: Vec::new() }
    }

    pub(crate) fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.try_send(bytes).unwrap();
    }

    pub(crate) fn try_send(&mut self, bytes: impl AsRef<[u8]>) -> io::Result<()> {
        self.stream.write_all(bytes.as_ref())?;
        self.stream.flush()
    }

    pub(crate) fn request(&mut self, bytes: impl AsRef<[u8]>) -> Answer {
        self.send(bytes);
        self.answer()
    }

    /// The next answer. Fails the test if the connection ends instead.
    pub(crate) fn answer(&mut self) -> Answer {
        let head = self.receive_until(b"\r\n\r\n");
        let head = String::from_utf8(head).unwrap().to_ascii_lowercase();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let length = head
            .split_once("content-length: ")
            .map_or(0, |(_, rest)| rest.split("\r\n").next().unwrap().parse().unwrap());
        while self.received.len() < length {
            assert!(self.receive().unwrap() > 0, "the connection ended within an answer");
        }
        let body = String::from_utf8(self.received.drain(..length).collect()).unwrap();
        Answer { status, head, body }
    }

    fn receive_until(&mut self, end: &[u8]) -> Vec<u8> {
        loop {
            if let Some(at) = self.received.windows(end.len()).position(|window| window == end) {
                return self.received.drain(..at + end.len()).collect();
            }
            assert!(self.receive().unwrap() > 0, "the connection ended without an answer");
        }
    }

    /// Everything up to the end of the connection.
    pub(crate) fn rest(mut self) -> String {
        while self.receive().unwrap() > 0 {}
        String::from_utf8(self.received).unwrap()
    }

    /// Waits until the server closes the connection; fails the test if it says something first.
    pub(crate) fn expect_end(&mut self) {
        assert!(self.received.is_empty());
        match self.receive() {
            Ok(0) => {}
            Ok(_) => panic!("instead of the end came {}", String::from_utf8_lossy(&self.received)),
            Err(error) => assert_eq!(error.kind(), io::ErrorKind::ConnectionReset),
        }
    }

    fn receive(&mut self) -> io::Result<usize> {
        let mut buffer = [0; 4096];
        let length = self.stream.read(&mut buffer)?;
        self.received.extend_from_slice(&buffer[..length]);
        Ok(length)
    }
}
