//! The threads that accept connections and serve them, each with a runtime of its own.
//!
//! Threads that share one runtime wake each other to share its work. For a connection that brings one event, as GitLab's do, that
//! costs more than it saves; so each takes the next connection when it has nothing else to do, and keeps it unless the others have
//! far fewer.

use std::io;
use std::net::TcpListener;
use std::sync::Arc;
use std::thread::{Builder, JoinHandle};

use tokio::runtime::{self, Handle, Runtime};
use tokio::sync::watch;

use super::accept;
use super::context::ConnectionContext;
use super::running::Running;

/// So that who looks at Falco's threads sees whose these are.
const NAME: &str = "gitlab-http";

/// A thread with so many more connections than another one gives the next away.
const UNEVEN: usize = 4;

/// What the threads know of each other.
#[derive(Debug)]
pub(super) struct Workers {
    handles: Vec<Handle>,
    /// All connections, and each thread as long as it may begin one.
    pub(super) running: Running,
}

impl Workers {
    /// Another thread than the calling one, if that has far fewer connections.
    pub(super) fn less_busy(&self) -> Option<&Handle> {
        let own = Handle::current().metrics().num_alive_tasks();
        let least = self.handles.iter().min_by_key(|handle| handle.metrics().num_alive_tasks())?;
        (own >= least.metrics().num_alive_tasks() + UNEVEN).then_some(least)
    }
}

/// Runtimes for so many threads, and what they know of each other.
pub(super) fn prepare(threads: usize) -> io::Result<(Vec<Runtime>, Arc<Workers>)> {
    // The name is for the threads that read changed files; those that accept are named where they are started.
    let runtime = |_| runtime::Builder::new_current_thread().thread_name(NAME).enable_all().build();
    let runtimes = (0..threads).map(runtime).collect::<io::Result<Vec<_>>>()?;
    let handles = runtimes.iter().map(|runtime| runtime.handle().clone()).collect();
    Ok((runtimes, Arc::new(Workers { handles, running: Running::none() })))
}

/// Starts a thread that serves what comes to `listener`, which others hold, too, from the message of `stopped` until its sender is
/// dropped.
pub(super) fn start(
    runtime: Runtime,
    listener: TcpListener,
    workers: &Arc<Workers>,
    context: &Arc<ConnectionContext>,
    stopped: &watch::Receiver<()>,
) -> io::Result<JoinHandle<()>> {
    let listener = {
        let _reactor = runtime.enter();
        tokio::net::TcpListener::from_std(listener)?
    };
    let serving = accept::serve(listener, Arc::clone(workers), Arc::clone(context), stopped.clone());
    Builder::new().name(NAME.to_owned()).spawn(move || {
        runtime.block_on(serving);
        // Dropping the runtime cancels what is still running: when this thread ends, nothing of it is left, so the library it runs
        // in may be unloaded.
        drop(runtime);
    })
}

#[cfg(test)]
mod tests {
    use std::net::TcpStream;

    use super::*;
    use crate::inbox::Inbox;
    use crate::receiver::bind::bind;
    use crate::receiver::settings::Settings;

    /// Events answered by a receiver whose start then fails would be gone with it.
    #[test]
    fn a_thread_takes_nobody_when_the_others_cannot_be_started() {
        let settings = Settings::new("http://127.0.0.1:0".parse().unwrap(), Vec::new());
        let listener = bind(&settings.listen).unwrap();
        let waiting = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let context = Arc::new(ConnectionContext::new(settings, None, Arc::new(Inbox::default())));
        let (stop, stopped) = watch::channel(());
        let (mut runtimes, workers) = prepare(1).unwrap();
        let first = start(runtimes.remove(0), listener.try_clone().unwrap(), &workers, &context, &stopped).unwrap();
        drop(stop);
        first.join().unwrap();
        let (_, peer) = listener.accept().expect("the connection still waits");
        assert_eq!(peer, waiting.local_addr().unwrap());
    }
}
