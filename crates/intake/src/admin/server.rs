//! A small HTTP server for operators, with one thread of its own, so that it answers however busy the receiver is.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime;
use tokio::sync::watch;
use tokio::task::AbortHandle;

use super::address::AdminAddress;
use super::answer::answer;
use crate::inbox::Inbox;
use crate::receiver::{StartError, bind};

/// Monitoring asks now and then, over one or two connections. When more than this are open, the oldest are closed: who asks is
/// answered at once, so those are the ones that ask nothing or take no answer.
const CONNECTIONS: usize = 16;

/// From the connection to the end of its one answer.
const PATIENCE: Duration = Duration::from_secs(5);

const PAUSE_AFTER_ERROR: Duration = Duration::from_millis(100);

/// Answers `/healthz`, `/readyz` and `/metrics`. Dropping it closes its port and ends its thread.
#[derive(Debug)]
pub struct AdminServer {
    local_address: SocketAddr,
    /// Dropping this tells the thread to stop.
    stop: Option<watch::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl AdminServer {
    /// Binds the port and begins to answer from what `inbox` knows.
    pub fn start(address: &AdminAddress, inbox: Arc<Inbox>) -> Result<Self, StartError> {
        let listener = bind::bind(address.listen())?;
        let local_address = listener.local_addr().map_err(StartError::Runtime)?;
        let runtime = runtime::Builder::new_current_thread().enable_all().build().map_err(StartError::Runtime)?;
        let listener = {
            let _reactor = runtime.enter();
            TcpListener::from_std(listener).map_err(StartError::Runtime)?
        };
        let (stop, mut stopped) = watch::channel(());
        tracing::info!(address = %local_address, "serving health and metrics");
        let thread = thread::Builder::new()
            .name("gitlab-admin".to_owned())
            .spawn(move || {
                runtime.block_on(async {
                    tokio::select! {
                        () = accept(&listener, &inbox) => {}
                        _ = stopped.changed() => {}
                    }
                });
            })
            .map_err(StartError::Runtime)?;
        Ok(Self { local_address, stop: Some(stop), thread: Some(thread) })
    }

    /// The address that is really listened on.
    pub const fn local_address(&self) -> SocketAddr {
        self.local_address
    }
}

impl Drop for AdminServer {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!(address = %self.local_address, "the thread for health and metrics panicked");
        }
    }
}

async fn accept(listener: &TcpListener, inbox: &Arc<Inbox>) {
    let mut open: VecDeque<AbortHandle> = VecDeque::new();
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                open.retain(|connection| !connection.is_finished());
                while open.len() >= CONNECTIONS {
                    open.pop_front().inspect(AbortHandle::abort);
                }
                let inbox = Arc::clone(inbox);
                let serving = tokio::spawn(async move {
                    _ = tokio::time::timeout(PATIENCE, serve(stream, &inbox)).await;
                });
                open.push_back(serving.abort_handle());
            }
            Err(error) => {
                tracing::debug!(%error, "no connection can be accepted for health and metrics");
                tokio::time::sleep(PAUSE_AFTER_ERROR).await;
            }
        }
    }
}

async fn serve(stream: TcpStream, inbox: &Inbox) {
    let service = service_fn(|request| {
        let answer = answer(&request, inbox);
        async move { Ok::<_, Infallible>(answer) }
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(PATIENCE).max_buf_size(16 * 1024).keep_alive(false);
    if let Err(error) = http.serve_connection(TokioIo::new(stream), service).await {
        tracing::debug!(%error, "a connection for health and metrics broke");
    }
}
