//! GitLab as a sender: one request on a connection of its own.

use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;

use rustls::{ClientConnection, StreamOwned};

use super::{Certificate, DEADLINE, TOKEN};

/// A request to be sent. It is what GitLab sends unless told otherwise: form content type, raw JSON body.
pub struct Post<'a> {
    method: &'a str,
    path: &'a str,
    headers: Vec<(&'a str, &'a str)>,
    body: &'a str,
}

/// What the receiver answered.
#[derive(Debug, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    pub body: String,
}

impl<'a> Post<'a> {
    pub fn new(body: &'a str) -> Self {
        let headers = vec![
            ("Content-Type", "application/x-www-form-urlencoded"),
            ("X-Gitlab-Event-Streaming-Token", TOKEN),
            ("X-Gitlab-Audit-Event-Type", "from_the_header"),
        ];
        Self { method: "POST", path: "/gitlab", headers, body }
    }

    pub fn without(mut self, header: &str) -> Self {
        self.headers.retain(|(name, _)| *name != header);
        self
    }

    pub fn with(mut self, header: &'a str, value: &'a str) -> Self {
        self.headers.push((header, value));
        self
    }

    pub fn token(self, token: &'a str) -> Self {
        self.without("X-Gitlab-Event-Streaming-Token").with("X-Gitlab-Event-Streaming-Token", token)
    }

    pub fn method(mut self, method: &'a str) -> Self {
        self.method = method;
        self
    }

    pub fn path(mut self, path: &'a str) -> Self {
        self.path = path;
        self
    }

    pub fn to(&self, address: SocketAddr, certificate: Option<&Certificate>) -> Answer {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        stream.set_write_timeout(Some(DEADLINE)).unwrap();
        match certificate {
            None => self.exchange(stream),
            Some(certificate) => {
                let name = "localhost".try_into().unwrap();
                let connection = ClientConnection::new(Arc::new(certificate.client()), name).unwrap();
                self.exchange(StreamOwned::new(connection, stream))
            }
        }
    }

    fn exchange(&self, mut stream: impl Read + Write) -> Answer {
        let mut request = format!("{} {} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n", self.method, self.path);
        for (name, value) in &self.headers {
            write!(request, "{name}: {value}\r\n").unwrap();
        }
        write!(request, "Content-Length: {}\r\n\r\n", self.body.len()).unwrap();
        // A receiver that refuses early may close before it has read the whole body.
        _ = stream.write_all(request.as_bytes()).and_then(|()| stream.write_all(self.body.as_bytes()));
        _ = stream.flush();
        let mut answer = Vec::new();
        let mut buffer = [0; 4096];
        while let Ok(count @ 1..) = stream.read(&mut buffer) {
            answer.extend_from_slice(&buffer[..count]);
        }
        let answer = String::from_utf8(answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {answer:?}"));
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Answer { status, body: body.to_owned() }
    }
}
