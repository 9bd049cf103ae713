//! A thread that accepts connections and serves them, with a runtime of its own.
//!
//! Threads that share one runtime wake each other to share its work. For a connection that brings one event, as GitLab's do, that
//! costs more than it saves; so each takes the next connection when it has nothing else to do, and keeps it.

use std::io;
use std::net::TcpListener;
use std::sync::Arc;
use std::thread::{Builder, JoinHandle};

use tokio::runtime;
use tokio::sync::watch;

use super::accept;
use super::context::ConnectionContext;

/// Starts a thread that serves what comes to `listener`, which others may hold, too, until the sender of `stopped` is dropped.
pub(super) fn start(
    listener: TcpListener,
    context: &Arc<ConnectionContext>,
    stopped: &watch::Receiver<()>,
) -> io::Result<JoinHandle<()>> {
    let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
    let listener = {
        let _reactor = runtime.enter();
        tokio::net::TcpListener::from_std(listener)?
    };
    let serving = accept::serve(listener, Arc::clone(context), stopped.clone());
    Builder::new().name("gitlab-http".to_owned()).spawn(move || {
        runtime.block_on(serving);
        // Dropping the runtime cancels what is still running: when this thread ends, nothing of it is left, so the library it runs
        // in may be unloaded.
        drop(runtime);
    })
}
