//! The webhook receiver: an HTTP server with threads of its own, from start to stop.

mod accept;
pub(crate) mod bind;
mod body;
mod certificate;
mod client_address;
mod connection;
mod context;
mod descriptors;
mod failing_sources;
mod http2;
mod inherited;
mod rejection;
mod request;
mod settings;
mod start_error;
mod tokens;

use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use tokio::runtime;
use tokio::sync::watch;

use self::certificate::ServedCertificate;
use self::context::ConnectionContext;
pub use self::inherited::inherit_socket;
pub use self::settings::{Limits, Settings, VerificationToken};
pub use self::start_error::StartError;
use crate::inbox::Inbox;
use crate::listen::Scheme;
use crate::tls::TlsFiles;

/// Few and fixed: the work per request is small, and in Falco's process the cores are Falco's.
const WORKER_THREADS: usize = 2;

/// A running receiver. Dropping it stops it, as [`stop`](Self::stop) does.
#[derive(Debug)]
pub struct Receiver {
    local_address: SocketAddr,
    inbox: Arc<Inbox>,
    /// Dropping this tells everything to stop.
    stop: Option<watch::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Receiver {
    /// Reads the certificate, binds the port and begins to put events into `inbox`.
    ///
    /// When this returns, the port is open. Whatever a sender does later is no error here, but a
    /// [`Problem`](crate::Problem) in the inbox.
    pub fn start(mut settings: Settings, inbox: Arc<Inbox>) -> Result<Self, StartError> {
        settings.limits.connections = descriptors::for_connections(settings.limits.connections);
        let tls = match (settings.listen.scheme(), &settings.secrets_dir) {
            (Scheme::Http, _) if settings.client_authority.is_some() => {
                return Err(StartError::ClientAuthorityWithoutTls);
            }
            (Scheme::Http, _) => None,
            (Scheme::Https, None) => return Err(StartError::NoSecretsDir),
            (Scheme::Https, Some(directory)) => {
                let files = TlsFiles::new(directory, settings.client_authority.clone());
                Some(ServedCertificate::load(files, &inbox)?)
            }
        };
        let listener = match inherited::listener() {
            Some(listener) => listener.map_err(StartError::InheritedSocket)?,
            None => bind::bind(&settings.listen)?,
        };
        let local_address = listener.local_addr().map_err(StartError::Runtime)?;
        let runtime = runtime::Builder::new_multi_thread()
            .worker_threads(WORKER_THREADS)
            .thread_name("gitlab-http")
            .enable_all()
            .build()
            .map_err(StartError::Runtime)?;
        let listener = {
            let _reactor = runtime.enter();
            tokio::net::TcpListener::from_std(listener).map_err(StartError::Runtime)?
        };
        let (stop, stopped) = watch::channel(());
        tracing::info!(listen = %settings.listen, address = %local_address, "receiving audit events");
        for token in &settings.tokens {
            inbox.watch_instance(token.instance.as_ref());
        }
        let opened = Arc::clone(&inbox);
        let context = Arc::new(ConnectionContext::new(settings, tls, inbox));
        let thread = thread::Builder::new()
            .name("gitlab-accept".to_owned())
            .spawn(move || {
                runtime.block_on(accept::serve(listener, context, stopped));
                // Dropping the runtime cancels what is still running and joins its threads: when this thread ends, none
                // is left, so the library they run in may be unloaded.
                drop(runtime);
            })
            .map_err(StartError::Runtime)?;
        opened.open();
        Ok(Self { local_address, inbox: opened, stop: Some(stop), thread: Some(thread) })
    }

    /// The address that is really listened on, with the port the system chose if the URL said 0.
    pub const fn local_address(&self) -> SocketAddr {
        self.local_address
    }

    /// Closes the port, lets running requests finish for a bounded time ([`Limits::stop_timeout`]) and ends all threads.
    pub fn stop(mut self) {
        self.shut_down();
    }

    fn shut_down(&mut self) {
        self.inbox.leave();
        drop(self.stop.take());
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!(address = %self.local_address, "the receiver's thread panicked");
        }
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.shut_down();
    }
}
