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
mod running;
mod settings;
mod start_error;
mod tokens;
mod worker;

use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::JoinHandle;

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
    /// A message tells the threads to begin, and dropping this tells everything to stop.
    stop: Option<watch::Sender<()>>,
    threads: Vec<JoinHandle<()>>,
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
        let (runtimes, workers) = worker::prepare(WORKER_THREADS).map_err(StartError::Runtime)?;
        let (stop, stopped) = watch::channel(());
        tracing::info!(listen = %settings.listen, address = %local_address, "receiving audit events");
        for token in &settings.tokens {
            inbox.watch_instance(token.instance.as_ref());
        }
        let context = Arc::new(ConnectionContext::new(settings, tls, Arc::clone(&inbox)));
        // Made first, so that what has started is stopped where the rest cannot be.
        let mut receiver = Self { local_address, inbox, stop: Some(stop), threads: Vec::new() };
        for runtime in runtimes {
            let listener = listener.try_clone().map_err(StartError::Runtime)?;
            let thread = worker::start(runtime, listener, &workers, &context, &stopped);
            receiver.threads.push(thread.map_err(StartError::Runtime)?);
        }
        receiver.inbox.open();
        // Not before all are there: what a thread had accepted would be lost with a receiver that cannot be started.
        if let Some(stop) = &receiver.stop {
            stop.send_replace(());
        }
        Ok(receiver)
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
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                tracing::error!(address = %self.local_address, "a thread of the receiver panicked");
            }
        }
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.shut_down();
    }
}
