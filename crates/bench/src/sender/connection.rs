//! One connection to the host, and one request on it.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::response::{Progress, ResponseReader};

/// A connection that requests are posted on.
#[derive(Debug)]
pub(super) struct Connection {
    stream: TcpStream,
    reader: ResponseReader,
}

impl Connection {
    pub(super) async fn open(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, reader: ResponseReader::default() })
    }

    /// Posts one request and gives the status of its answer.
    pub(super) async fn post(&mut self, request: &[u8]) -> io::Result<u16> {
        self.stream.write_all(request).await?;
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
