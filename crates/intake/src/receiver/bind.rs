//! From a URL to listen on to a listening socket.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, ToSocketAddrs as _};

use socket2::{Domain, Protocol, SockRef, Socket, Type};

use super::start_error::StartError;
use crate::listen::{Host, Listen};

/// Connections the system keeps for us while we do not accept.
pub(super) const BACKLOG: i32 = 1024;

pub(crate) fn bind(listen: &Listen) -> Result<TcpListener, StartError> {
    let port = listen.port();
    match listen.host() {
        Host::Address(address) => bind_to(SocketAddr::new(*address, port)),
        Host::Every => {
            let every_ipv4 = SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), port);
            match bind_to(SocketAddr::new(IpAddr::V6(Ipv6Addr::UNSPECIFIED), port)) {
                // Where IPv6 is switched off, creating or binding such a socket fails with one of several errors.
                Err(StartError::Bind { .. }) => bind_to(every_ipv4),
                other => other,
            }
        }
        Host::Name(name) => bind_to_name(name, port),
    }
}

/// Binds the first of the name's addresses that this machine has.
fn bind_to_name(name: &str, port: u16) -> Result<TcpListener, StartError> {
    let unknown = |source| StartError::UnknownHost { host: name.to_owned(), source };
    let mut failure = unknown(io::Error::new(io::ErrorKind::NotFound, "it has no address"));
    for address in (name, port).to_socket_addrs().map_err(unknown)? {
        match bind_to(address) {
            Ok(listener) => return Ok(listener),
            Err(error) => failure = error,
        }
    }
    Err(failure)
}

fn bind_to(address: SocketAddr) -> Result<TcpListener, StartError> {
    listening_socket(address).map_err(|source| StartError::bind(address, source))
}

/// For all connections that come to this listening socket: answers are small and complete, and waiting to fill a packet would only
/// delay them.
pub(super) fn answer_at_once<'s>(socket: impl Into<SockRef<'s>>) -> io::Result<()> {
    socket.into().set_tcp_nodelay(true)
}

fn listening_socket(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    // Else a reload would have to wait until the last connections of the former socket are forgotten.
    socket.set_reuse_address(true)?;
    if address.ip() == IpAddr::V6(Ipv6Addr::UNSPECIFIED) {
        // The default differs between systems and can be changed on each.
        socket.set_only_v6(false)?;
    }
    answer_at_once(&socket)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    socket.set_nonblocking(true)?;
    Ok(socket.into())
}

#[cfg(test)]
mod tests {
    use std::net::TcpStream;

    use super::*;

    #[test]
    fn answers_on_the_connections_that_come_to_it_do_not_wait_to_fill_a_packet() {
        let listener = bind(&"http://127.0.0.1:0".parse().unwrap()).unwrap();
        let _sender = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        // The listening socket does not wait.
        let accepted = loop {
            match listener.accept() {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => std::thread::yield_now(),
                accepted => break accepted.unwrap().0,
            }
        };
        assert!(accepted.nodelay().unwrap());
    }
}
