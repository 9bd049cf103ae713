//! The listening socket that systemd has opened for this process (`sd_listen_fds(3)`).

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::OnceLock;

use listenfd::ListenFd;

use super::bind::answer_at_once;
use super::start_error::StartError;

/// Kept as long as the process lives, because it can be taken over only once: connections that come while no receiver of
/// ours is listening wait here.
static SOCKET: OnceLock<TcpListener> = OnceLock::new();

/// Takes over the socket that systemd passes, if it does; every receiver listens there from then on, whatever host and
/// port its settings say. Gives the socket's address.
///
/// Call it once, at the start of the program and before there are other threads: it takes `LISTEN_FDS` and `LISTEN_PID`
/// out of the environment, so that no child process mistakes them for its own. A host of plugins, such as Falco, is full
/// of threads, so a plugin must not call it.
pub fn inherit_socket() -> Result<Option<SocketAddr>, StartError> {
    let mut inherited = ListenFd::from_env();
    if inherited.len() > 1 {
        tracing::warn!("systemd passes {} sockets; only the first is listened on", inherited.len());
    }
    let Some(socket) = inherited.take_tcp_listener(0).map_err(StartError::InheritedSocket)? else { return Ok(None) };
    let address = socket.local_addr().map_err(StartError::InheritedSocket)?;
    Ok(SOCKET.set(socket).is_ok().then_some(address))
}

/// A listener on that socket.
pub(super) fn listener() -> Option<io::Result<TcpListener>> {
    let socket = SOCKET.get()?;
    Some(listener_on(socket))
}

fn listener_on(socket: &TcpListener) -> io::Result<TcpListener> {
    let listener = socket.try_clone()?;
    listener.set_nonblocking(true)?;
    answer_at_once(&listener)?;
    Ok(listener)
}
