//! Accepts connections, within their bound, until told to stop.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, mpsc, watch};

use super::connection::Connection;
use super::context::{ConnectionContext, Pace};
use crate::metrics::Counter;
use crate::problem::ProblemKind;

/// Long enough for something to be closed meanwhile, short enough that no sender gives up.
const PAUSE_AFTER_ERROR: Duration = Duration::from_millis(100);

/// Serves connections until the sender of `stopped` is dropped, then waits for running requests.
pub(super) async fn serve(listener: TcpListener, context: Arc<ConnectionContext>, stopped: watch::Receiver<()>) {
    let (open, mut all_closed) = mpsc::channel::<Infallible>(1);
    let mut stop = stopped.clone();
    let acceptor = Acceptor { context: Arc::clone(&context), stopped, open };
    tokio::select! {
        () = acceptor.accept(&listener) => {}
        () = reload(&context) => {}
        _ = stop.changed() => {}
    }
    let finished = tokio::time::timeout(context.limits.stop_timeout, async {
        acceptor.accept_the_waiting(listener).await;
        drop(acceptor);
        // Nothing is ever sent; it ends when the last of the connections, which each have a sender, does.
        all_closed.recv().await
    });
    if finished.await.is_err() {
        tracing::warn!("connections were cut because their requests did not finish in time");
    }
}

/// What the connections of one thread are given.
struct Acceptor {
    context: Arc<ConnectionContext>,
    stopped: watch::Receiver<()>,
    open: mpsc::Sender<Infallible>,
}

impl Acceptor {
    async fn accept(&self, listener: &TcpListener) {
        let Self { context, .. } = self;
        // The semaphore is never closed.
        while let Ok(place) = Arc::clone(&context.places).acquire_owned().await {
            match listener.accept().await {
                Ok((stream, peer)) => self.begin(stream, peer, place, context.pace()),
                // The peer gave up while it was waiting: nothing is wrong here.
                Err(error) if is_of_the_peer(&error) => {}
                Err(error) => {
                    context.inbox.count(Counter::AcceptErrors);
                    context.inbox.report(ProblemKind::AcceptFailed, || {
                        format!("no connection can be accepted: {error}; trying again until it works")
                    });
                    // A socket with a waiting connection stays readable, so going on at once would keep a core busy.
                    tokio::time::sleep(PAUSE_AFTER_ERROR).await;
                }
            }
        }
    }

    /// Serves those whom the system has let in and who would be cut with the port, then closes it.
    async fn accept_the_waiting(&self, listener: TcpListener) {
        // Asked directly, the system says at once whether there are more. It does not hand on that asking is not to wait.
        let Ok(listener) = listener.into_std() else { return };
        while let Ok((stream, peer)) = listener.accept()
            && let Ok(()) = stream.set_nonblocking(true)
            && let Ok(stream) = TcpStream::from_std(stream)
            && let Ok(place) = Arc::clone(&self.context.places).acquire_owned().await
        {
            self.begin(stream, peer, place, Pace::Hurried);
        }
    }

    fn begin(&self, stream: TcpStream, peer: SocketAddr, held: OwnedSemaphorePermit, pace: Pace) {
        // A dual-stack socket shows IPv4 peers as ::ffff:192.0.2.1, which nobody looks for.
        let peer = SocketAddr::new(peer.ip().to_canonical(), peer.port());
        let Self { context, stopped, open } = self;
        let (context, stopped, open) = (Arc::clone(context), stopped.clone(), open.clone());
        let connection = Connection { peer, pace, context, stopped };
        tokio::spawn(async move {
            connection.serve(stream).await;
            drop((held, open));
        });
    }
}

/// Follows changes of files with secrets and certificates, for ever. The first thread that comes here does it for all.
async fn reload(context: &Arc<ConnectionContext>) {
    if !context.is_reloadable() {
        return std::future::pending().await;
    }
    let _turn = context.reloading.lock().await;
    loop {
        tokio::time::sleep(context.limits.reload_interval).await;
        let context = Arc::clone(context);
        // A disk or a network drive may take its time. A panic ends one attempt and not the next.
        _ = tokio::task::spawn_blocking(move || context.reload()).await;
    }
}

fn is_of_the_peer(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}
