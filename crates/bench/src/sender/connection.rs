//! One connection to the host, and one request on it.

use std::io::{self, ErrorKind};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

use super::response::{Progress, ResponseReader};

/// A connection that requests are posted on.
#[derive(Debug)]
pub(super) struct Connection {
    stream: Stream,
    reader: ResponseReader,
}

#[derive(Debug)]
enum Stream {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

impl Connection {
    pub(super) fn plain(stream: TcpStream) -> Self {
        Self { stream: Stream::Plain(stream), reader: ResponseReader::default() }
    }

    pub(super) fn tls(stream: TlsStream<TcpStream>) -> Self {
        Self { stream: Stream::Tls(Box::new(stream)), reader: ResponseReader::default() }
    }

    /// Posts one request and gives the status of its answer.
    pub(super) async fn post(&mut self, request: &[u8]) -> io::Result<u16> {
        self.stream.write(request).await?;
        let mut buffer = [0; 1024];
        loop {
            let length = self.stream.read(&mut buffer).await?;
            if length == 0 {
                return self.reader.end().ok_or_else(|| ErrorKind::UnexpectedEof.into());
            }
            match self.reader.take(&buffer[..length]) {
                Ok(Progress::Finished(status)) => return Ok(status),
                Ok(Progress::Unfinished) => {}
                Err(_) => return Err(io::Error::new(ErrorKind::InvalidData, "the answer is not HTTP/1")),
            }
        }
    }

    /// Waits until the host closes: the side that closes first keeps the port busy for a minute, and the host has one.
    pub(super) async fn closed_by_host(mut self) -> io::Result<()> {
        let mut buffer = [0; 1024];
        while self.stream.read(&mut buffer).await? > 0 {}
        Ok(())
    }
}

impl Stream {
    async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Plain(stream) => stream.write_all(bytes).await,
            Self::Tls(stream) => {
                stream.write_all(bytes).await?;
                stream.flush().await
            }
        }
    }

    async fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.read(buffer).await,
            Self::Tls(stream) => stream.read(buffer).await,
        }
    }
}
