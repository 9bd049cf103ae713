//! Ceilings: what the libraries alone reach, in a process of their own as the host is.
//!
//! Each thread has its own listening socket and serves what it accepts, so that no connection changes threads. The product's
//! threads share one socket, and one gives a connection away where the other has far fewer.

mod http;
mod tls;

use std::io;
use std::net::SocketAddr;
use std::thread;

use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::runtime::Builder;
use tokio::task::{LocalSet, spawn_local};

pub(crate) use http::bare_http;
pub(crate) use tls::bare_tls;

use crate::failure::Failure;

/// One for each of the two cores.
const WORKERS: usize = 2;

/// As many as the product lets wait.
const BACKLOG: u32 = 1024;

/// Serves each connection with `serve` until this process is killed, or until a socket fails.
fn serve_all<F>(address: SocketAddr, serve: impl Fn(TcpStream) -> F + Clone + Send) -> Result<(), Failure>
where
    F: Future<Output = ()> + 'static,
{
    thread::scope(|scope| {
        let accept = |serve| move || accept(address, serve).map_err(Failure::system("accepting connections"));
        let workers: Vec<_> = (0..WORKERS).map(|_| scope.spawn(accept(serve.clone()))).collect();
        workers.into_iter().try_for_each(|worker| worker.join().unwrap_or(Ok(())))
    })
}

fn accept<F>(address: SocketAddr, serve: impl Fn(TcpStream) -> F) -> io::Result<()>
where
    F: Future<Output = ()> + 'static,
{
    let runtime = Builder::new_current_thread().enable_all().build()?;
    LocalSet::new().block_on(&runtime, async {
        let listener = listen(address)?;
        loop {
            let (stream, _) = listener.accept().await?;
            spawn_local(serve(stream));
        }
    })
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    // The kernel divides the connections between all sockets of the port.
    socket.set_reuseport(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}
