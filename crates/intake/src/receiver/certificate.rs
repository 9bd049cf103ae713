//! The TLS configuration that counts now; it follows the files it is made of.

use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant, SystemTime};

use rustls::ServerConfig;

use crate::certificate_expiry::{not_after, warning};
use crate::inbox::Inbox;
use crate::problem::ProblemKind;
use crate::reload::ReloadFailures;
use crate::tls::{TlsContents, TlsError, TlsFiles};

/// How often a certificate that ends soon is spoken of.
const REMIND_EVERY: Duration = Duration::from_hours(24);

/// The certificate that new connections are shown.
#[derive(Debug)]
pub(super) struct ServedCertificate {
    files: TlsFiles,
    config: RwLock<Arc<ServerConfig>>,
    read: Mutex<LastRead>,
    failures: ReloadFailures,
}

#[derive(Debug)]
struct LastRead {
    /// Of the contents in use.
    digest: [u8; 32],
    not_after: Option<SystemTime>,
    reminded: Instant,
}

impl ServedCertificate {
    /// Reads the files. A certificate that ends soon is reported at once.
    pub(super) fn load(files: TlsFiles, inbox: &Inbox) -> Result<Self, TlsError> {
        let contents = files.read()?;
        let config = files.server_config(&contents)?;
        let read = LastRead::of(&contents, inbox);
        Ok(Self { files, config: RwLock::new(config), read: Mutex::new(read), failures: ReloadFailures::default() })
    }

    /// For the next connection.
    pub(super) fn config(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.config.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes over what the files hold now. What is unusable is reported, and the former certificate goes on to be served.
    pub(super) fn reload(&self, inbox: &Inbox) {
        let mut last = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        let changed = self.changed(&last);
        self.failures.note("", changed.as_ref().err(), |failure| {
            inbox.report(ProblemKind::Certificate, || {
                format!("a changed certificate is not taken over, the former one is still served: {failure}")
            });
        });
        if let Ok(Some((contents, config))) = changed {
            tracing::info!("the certificate has changed");
            *self.config.write().unwrap_or_else(PoisonError::into_inner) = config;
            *last = LastRead::of(&contents, inbox);
        }
        if last.reminded.elapsed() >= REMIND_EVERY {
            last.remind(inbox);
        }
    }

    fn changed(&self, last: &LastRead) -> Result<Option<(TlsContents, Arc<ServerConfig>)>, TlsError> {
        let contents = self.files.read()?;
        if contents.digest() == last.digest {
            return Ok(None);
        }
        let config = self.files.server_config(&contents)?;
        Ok(Some((contents, config)))
    }
}

impl LastRead {
    fn of(contents: &TlsContents, inbox: &Inbox) -> Self {
        let not_after = contents.own_certificate().and_then(|certificate| not_after(&certificate));
        inbox.certificate_ends(not_after);
        let mut read = Self { digest: contents.digest(), not_after, reminded: Instant::now() };
        read.remind(inbox);
        read
    }

    fn remind(&mut self, inbox: &Inbox) {
        self.reminded = Instant::now();
        if let Some(warning) = self.not_after.and_then(|not_after| warning(not_after, SystemTime::now())) {
            tracing::warn!("{warning}");
            inbox.report(ProblemKind::Certificate, || warning);
        }
    }
}
