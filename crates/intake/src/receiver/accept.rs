//! Accepts connections, within their bound, until told to stop.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, watch};

use super::bind::BACKLOG;
use super::connection::Connection;
use super::context::{ConnectionContext, Pace};
use super::worker::Workers;
use crate::metrics::Counter;
use crate::problem::ProblemKind;

/// Long enough for something to be closed meanwhile, short enough that no sender gives up.
const PAUSE_AFTER_ERROR: Duration = Duration::from_millis(100);

/// Serves connections from the message of `stopped` until its sender is dropped, then waits for running requests. Without a message,
/// it serves nobody.
pub(super) async fn serve(
    listener: TcpListener,
    workers: Arc<Workers>,
    context: Arc<ConnectionContext>,
    mut stopped: watch::Receiver<()>,
) {
    if stopped.changed().await.is_err() {
        return;
    }
    let accepting = workers.running.begin();
    let mut stop = stopped.clone();
    let acceptor = Acceptor { workers: &workers, context: &context, stopped };
    tokio::select! {
        () = acceptor.accept(&listener) => {}
        () = reload(&context) => {}
        _ = stop.changed() => {}
    }
    let finished = tokio::time::timeout(context.limits.stop_timeout, async {
        acceptor.accept_the_waiting(listener).await;
        drop(accepting);
        // Also for those of other threads, of whom some may have been given to this one.
        workers.running.ended().await;
    });
    if finished.await.is_err() {
        tracing::warn!("connections were cut because their requests did not finish in time");
    }
}

/// What the connections that one thread accepts are given.
struct Acceptor<'a> {
    workers: &'a Workers,
    context: &'a Arc<ConnectionContext>,
    stopped: watch::Receiver<()>,
}

impl Acceptor<'_> {
    async fn accept(&self, listener: &TcpListener) {
        let Self { context, .. } = self;
        // The semaphore is never closed.
        while let Ok(place) = Arc::clone(&context.places).acquire_owned().await {
            let accepted = listener.accept().await;
            match accepted.and_then(|(stream, peer)| self.share(stream, peer, place)) {
                Ok(()) => {}
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
        // More were not waiting; who comes meanwhile must not keep the port open. With a place first, whoever came first is served
        // first, whichever thread does.
        let mut waiting = 0..BACKLOG;
        while waiting.next().is_some()
            && let Ok(place) = Arc::clone(&self.context.places).acquire_owned().await
            && let Ok((stream, peer)) = listener.accept()
            && let Ok(()) = stream.set_nonblocking(true)
            && let Ok(stream) = TcpStream::from_std(stream)
        {
            self.begin(&Handle::current(), stream, peer, place, Pace::Hurried);
        }
    }

    /// Begins a connection here, or where there are far fewer.
    fn share(&self, stream: TcpStream, peer: SocketAddr, held: OwnedSemaphorePermit) -> io::Result<()> {
        let pace = self.context.pace();
        let Some(other) = self.workers.less_busy() else {
            self.begin(&Handle::current(), stream, peer, held, pace);
            return Ok(());
        };
        let stream = stream.into_std()?;
        let stream = {
            let _reactor = other.enter();
            TcpStream::from_std(stream)?
        };
        self.begin(other, stream, peer, held, pace);
        Ok(())
    }

    fn begin(&self, worker: &Handle, stream: TcpStream, peer: SocketAddr, held: OwnedSemaphorePermit, pace: Pace) {
        // A dual-stack socket shows IPv4 peers as ::ffff:192.0.2.1, which nobody looks for.
        let peer = SocketAddr::new(peer.ip().to_canonical(), peer.port());
        let connection = Connection { peer, pace, context: Arc::clone(self.context), stopped: self.stopped.clone() };
        let running = self.workers.running.begin();
        worker.spawn(async move {
            connection.serve(stream).await;
            drop((held, running));
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
