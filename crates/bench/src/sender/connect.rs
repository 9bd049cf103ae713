//! Opens connections: over TCP from an address that has a free port, and TLS on top where it is wanted.

use std::cell::Cell;
use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use rustls::HandshakeKind;
use rustls::pki_types::ServerName;
use tokio::net::{TcpSocket, TcpStream};
use tokio_rustls::TlsConnector;

use super::connection::Connection;
use super::tls;
use crate::case::Transport;

/// Loopback addresses to connect from when one has no free port.
pub(super) const SOURCES: u8 = 16;

/// Where to, how, and where from.
pub(super) struct Connector {
    address: SocketAddr,
    tls: Option<TlsConnector>,
    /// The last part of the address to connect from; 0 leaves it to the system.
    source: Cell<u8>,
    /// How many connections began with a ticket.
    resumed: Cell<u64>,
}

impl Connector {
    pub(super) fn new(address: SocketAddr, transport: Transport) -> Result<Self, rustls::Error> {
        let tls = match transport {
            Transport::Plain => None,
            Transport::Tls(_, handshake) => Some(tls::connector(handshake)?),
        };
        Ok(Self { address, tls, source: Cell::new(0), resumed: Cell::new(0) })
    }

    pub(super) async fn open(&self) -> io::Result<Connection> {
        let stream = self.tcp().await?;
        stream.set_nodelay(true)?;
        match &self.tls {
            None => Ok(Connection::plain(stream)),
            Some(tls) => {
                let name = ServerName::IpAddress(self.address.ip().into());
                let stream = tls.connect(name, stream).await?;
                if stream.get_ref().1.handshake_kind() == Some(HandshakeKind::Resumed) {
                    self.resumed.set(self.resumed.get() + 1);
                }
                Ok(Connection::tls(stream))
            }
        }
    }

    pub(super) fn resumed(&self) -> u64 {
        self.resumed.get()
    }

    /// Ports of closed connections stay taken for a minute, for each address of this side.
    async fn tcp(&self) -> io::Result<TcpStream> {
        loop {
            let socket = if self.address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
            let source = self.source.get();
            if source > 0 {
                socket.bind((IpAddr::from(Ipv4Addr::new(127, 0, 0, 1 + source)), 0).into())?;
            }
            let result = socket.connect(self.address).await;
            let is_used_up = |error: &io::Error| error.kind() == ErrorKind::AddrNotAvailable;
            let may_move = self.address.ip().to_canonical() == Ipv4Addr::LOCALHOST && source + 1 < SOURCES;
            if !may_move || !result.as_ref().is_err_and(is_used_up) {
                return result;
            }
            self.source.set(source + 1);
        }
    }
}
