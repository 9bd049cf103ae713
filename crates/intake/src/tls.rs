//! The certificate and key of an `https` receiver: `server.crt` and `server.key` of one directory.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::{self, PemObject as _};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

const CERTIFICATE_FILE: &str = "server.crt";
const KEY_FILE: &str = "server.key";

/// Far above any chain; keeps a mistaken path (a disk image, `/dev/zero`) from filling the memory.
const MAX_FILE_BYTES: u64 = 1024 * 1024;

/// What is wrong with the certificate or the key. Nothing of a file's content is repeated.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// Missing, not readable, or not a file.
    #[error("cannot read {path}: {source}", path = path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Larger than any certificate chain or key.
    #[error("{path} is larger than 1 MiB, which no certificate or key is", path = path.display())]
    TooLarge {
        /// Which file.
        path: PathBuf,
    },
    /// Text between the markers that is not base64, or a marker without its end.
    #[error("{path} is not valid PEM: {source}", path = path.display())]
    NotPem {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: pem::Error,
    },
    /// No `BEGIN CERTIFICATE` section.
    #[error("{path} holds no certificate; it must be PEM, the server's own certificate first", path = path.display())]
    NoCertificate {
        /// Which file.
        path: PathBuf,
    },
    /// No section with a private key.
    #[error(
        "{path} holds no private key; it must be PEM: PKCS#8, PKCS#1 (RSA) or SEC1 (EC), and not encrypted",
        path = path.display()
    )]
    NoKey {
        /// Which file.
        path: PathBuf,
    },
    /// A certificate and a key, but not of one pair.
    #[error("the key in {key} does not fit the certificate in {certificate}", key = key.display(), certificate = certificate.display())]
    Mismatch {
        /// Where the certificate is.
        certificate: PathBuf,
        /// Where the key is.
        key: PathBuf,
    },
    /// A kind of certificate or key that rustls does not take.
    #[error("the certificate and key in {directory} cannot be used: {source}", directory = directory.display())]
    Unusable {
        /// Where they are.
        directory: PathBuf,
        /// Why.
        source: rustls::Error,
    },
}

/// Reads certificate chain and key from `directory` and makes a TLS 1.2 and 1.3 server of them.
pub(crate) fn server_config(directory: &Path) -> Result<Arc<ServerConfig>, TlsError> {
    let (certificate, key) = (directory.join(CERTIFICATE_FILE), directory.join(KEY_FILE));
    // Named here and not installed for the process: in Falco's process, other plugins have their own.
    let provider = Arc::new(ring::default_provider());
    let unusable = |source| TlsError::Unusable { directory: directory.to_owned(), source };
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(unusable)?
        .with_no_client_auth()
        .with_single_cert(read_chain(&certificate)?, read_key(&key)?)
        .map_err(|error| match error {
            rustls::Error::InconsistentKeys(_) => TlsError::Mismatch { certificate, key },
            source => unusable(source),
        })?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

fn read_chain(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let chain = CertificateDer::pem_slice_iter(&read(path)?)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|source| TlsError::NotPem { path: path.to_owned(), source })?;
    if chain.is_empty() { Err(TlsError::NoCertificate { path: path.to_owned() }) } else { Ok(chain) }
}

fn read_key(path: &Path) -> Result<PrivateKeyDer<'static>, TlsError> {
    PrivateKeyDer::from_pem_slice(&read(path)?).map_err(|error| match error {
        pem::Error::NoItemsFound => TlsError::NoKey { path: path.to_owned() },
        source => TlsError::NotPem { path: path.to_owned(), source },
    })
}

fn read(path: &Path) -> Result<Vec<u8>, TlsError> {
    let unreadable = |source| TlsError::Unreadable { path: path.to_owned(), source };
    let mut bytes = Vec::new();
    let mut limited = File::open(path).map_err(unreadable)?.take(MAX_FILE_BYTES + 1);
    #[expect(clippy::disallowed_methods, reason = "bounded by the take above")]
    limited.read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(TlsError::TooLarge { path: path.to_owned() });
    }
    Ok(bytes)
}
