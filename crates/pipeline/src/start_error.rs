//! Why a pipeline does not start: one line that names the key of the configuration and the mend.

use intake::{StartError as IntakeError, TlsError};

/// A mistake that the operator has to mend. Whatever goes wrong after the start is a `pluginerror` event instead.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Anybody could send events.
    #[error(
        "VerificationToken: not set, so anybody could send forged events; copy the verification token of GitLab's \
         streaming destination here, or write `file:/path` or `env:NAME`"
    )]
    NoToken,
    /// HTTPS without a certificate.
    #[error(
        "SecretsDir: not set, but HTTPS needs a folder with server.crt and server.key; set it, or listen on http://"
    )]
    NoSecretsDir,
    /// The certificate or its key.
    #[error("SecretsDir: {0}")]
    Certificate(#[source] TlsError),
    /// The file of authorities, or its use without HTTPS.
    #[error("ClientCA: {0}")]
    ClientAuthority(#[source] IntakeError),
    /// Where state is to be kept cannot be used.
    #[error("StateDir: {0}")]
    StateDirectory(#[from] intake::StateDirectoryError),
    /// What was kept there cannot be used.
    #[error("StateDir: {0}")]
    Spool(#[from] intake::SpoolError),
    /// The address cannot be listened on.
    #[error("Listen (or open_params): {0}")]
    Listen(#[source] IntakeError),
    /// A tracker cannot do what it says.
    #[error("Trackers: {0}")]
    Trackers(#[from] enrich::TrackerError),
    /// Health and metrics cannot be served.
    #[error("AdminAddress: {0}")]
    Admin(#[source] IntakeError),
    /// A file or folder to read is not there.
    #[error("open_params: {0}")]
    Files(#[source] intake::FileError),
}

impl From<IntakeError> for StartError {
    fn from(error: IntakeError) -> Self {
        match error {
            IntakeError::NoSecretsDir => Self::NoSecretsDir,
            IntakeError::ClientAuthorityWithoutTls | IntakeError::Tls(TlsError::ClientAuthority(_)) => {
                Self::ClientAuthority(error)
            }
            IntakeError::Tls(error) => Self::Certificate(error),
            other => Self::Listen(other),
        }
    }
}
