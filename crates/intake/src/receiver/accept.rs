//! Accepts connections, within their bound, until told to stop.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, watch};

use super::connection::Connection;
use super::context::{ConnectionContext, Pace};
use crate::metrics::Counter;
use crate::problem::ProblemKind;

/// Long enough for something to be closed meanwhile, short enough that no sender gives up.
const PAUSE_AFTER_ERROR: Duration = Duration::from_millis(100);

/// Serves connections until the sender of `stopped` is dropped, then waits for running requests.
pub(super) async fn serve(listener: TcpListener, context: Arc<ConnectionContext>, stopped: watch::Receiver<()>) {
    let mut stop = stopped.clone();
    tokio::select! {
        () = accept(&listener, &context, &stopped) => {}
        () = reload(&context) => {}
        _ = stop.changed() => {}
    }
    let finished = tokio::time::timeout(context.limits.stop_timeout, async {
        accept_the_waiting(listener, &context, &stopped).await;
        // A connection gives its place back when it ends, so having all places means that none is left.
        context.places.acquire_many(context.limits.connections).await
    });
    if finished.await.is_err() {
        tracing::warn!("connections were cut because their requests did not finish in time");
    }
}

async fn accept(listener: &TcpListener, context: &Arc<ConnectionContext>, stopped: &watch::Receiver<()>) {
    // The semaphore is never closed.
    while let Ok(place) = Arc::clone(&context.places).acquire_owned().await {
        match listener.accept().await {
            Ok((stream, peer)) => begin(stream, peer, place, context.pace(), context, stopped),
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
async fn accept_the_waiting(listener: TcpListener, context: &Arc<ConnectionContext>, stopped: &watch::Receiver<()>) {
    // Asked directly, the system says at once whether there are more. It does not hand on that asking is not to wait.
    let Ok(listener) = listener.into_std() else { return };
    while let Ok((stream, peer)) = listener.accept()
        && let Ok(()) = stream.set_nonblocking(true)
        && let Ok(stream) = TcpStream::from_std(stream)
        && let Ok(place) = Arc::clone(&context.places).acquire_owned().await
    {
        begin(stream, peer, place, Pace::Hurried, context, stopped);
    }
}

fn begin(
    stream: TcpStream,
    peer: SocketAddr,
    held: OwnedSemaphorePermit,
    pace: Pace,
    context: &Arc<ConnectionContext>,
    stopped: &watch::Receiver<()>,
) {
    // A dual-stack socket shows IPv4 peers as ::ffff:192.0.2.1, which nobody looks for.
    let peer = SocketAddr::new(peer.ip().to_canonical(), peer.port());
    let connection = Connection { peer, pace, context: Arc::clone(context), stopped: stopped.clone() };
    tokio::spawn(async move {
        connection.serve(stream).await;
        drop(held);
    });
}

/// Follows changes of files with secrets and certificates, for ever.
async fn reload(context: &Arc<ConnectionContext>) {
    if !context.is_reloadable() {
        return std::future::pending().await;
    }
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
