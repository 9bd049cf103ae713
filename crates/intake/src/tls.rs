//! The certificate and key of an `https` receiver, and the authority that its clients' certificates must come from.

use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ::ring::digest::{Context, SHA256};
use rustls::crypto::ring;
use rustls::pki_types::pem::{self, PemObject as _};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{VerifierBuilderError, WebPkiClientVerifier};
use rustls::{CipherSuite, RootCertStore, ServerConfig};

use crate::regular_file;

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
    #[error("{path} holds no certificate; it must be PEM, a server's own certificate first", path = path.display())]
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
    /// The file of `ClientCA` cannot be used as one.
    #[error("{path} cannot serve to check clients' certificates: {source}", path = path.display())]
    UnusableAuthority {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: VerifierBuilderError,
    },
    /// What is wrong concerns the file of `ClientCA`, and not the server's own certificate.
    #[error(transparent)]
    ClientAuthority(Box<Self>),
    /// A kind of certificate or key that rustls does not take.
    #[error("the certificate or key in {directory} cannot be used: {source}", directory = directory.display())]
    Unusable {
        /// Where they are.
        directory: PathBuf,
        /// Why.
        source: rustls::Error,
    },
}

/// HTTP/2 first: who offers both prefers it.
const PROTOCOLS: [&[u8]; 2] = [b"h2", b"http/1.1"];

/// Where certificates and keys are.
#[derive(Debug)]
pub struct TlsFiles {
    certificate: PathBuf,
    key: PathBuf,
    client_authority: Option<PathBuf>,
}

/// What the files hold, not yet looked into.
pub(crate) struct TlsContents {
    certificate: Vec<u8>,
    key: Vec<u8>,
    client_authority: Option<Vec<u8>>,
}

impl TlsFiles {
    /// `server.crt` and `server.key` of `directory`, and a file with certificates of authorities; with that, clients must
    /// show a certificate that one of them has signed.
    pub fn new(directory: &Path, client_authority: Option<PathBuf>) -> Self {
        Self { certificate: directory.join(CERTIFICATE_FILE), key: directory.join(KEY_FILE), client_authority }
    }

    /// What the receiver serves TLS with.
    ///
    /// # Errors
    /// What is wrong with which file.
    pub fn load(&self) -> Result<Arc<ServerConfig>, TlsError> {
        self.server_config(&self.read()?)
    }

    pub(crate) fn read(&self) -> Result<TlsContents, TlsError> {
        Ok(TlsContents {
            certificate: read(&self.certificate)?,
            key: read(&self.key)?,
            client_authority: self.client_authority.as_deref().map(read).transpose().map_err(of_client_authority)?,
        })
    }

    /// Makes a TLS 1.2 and 1.3 server of what the files hold.
    pub(crate) fn server_config(&self, contents: &TlsContents) -> Result<Arc<ServerConfig>, TlsError> {
        // Named here and not installed for the process: in Falco's process, other plugins have their own.
        let mut provider = ring::default_provider();
        // As safe as any, and a connection for each event is mostly handshake: its SHA-256 takes a fraction of the time of the
        // SHA-384 that GitLab's OpenSSL would rather have.
        provider.cipher_suites.sort_by_key(|suite| suite.suite() != CipherSuite::TLS13_AES_128_GCM_SHA256);
        let provider = Arc::new(provider);
        let directory = self.certificate.parent().unwrap_or(&self.certificate);
        let unusable = |source| TlsError::Unusable { directory: directory.to_owned(), source };
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(unusable)?;
        let builder = match (&self.client_authority, &contents.client_authority) {
            (Some(path), Some(pem)) => {
                let roots = authorities(path, pem).map_err(of_client_authority)?;
                let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider)
                    .build()
                    .map_err(|source| TlsError::UnusableAuthority { path: path.clone(), source })
                    .map_err(of_client_authority)?;
                builder.with_client_cert_verifier(verifier)
            }
            _ => builder.with_no_client_auth(),
        };
        let (chain, key) = (chain(&self.certificate, &contents.certificate)?, key(&self.key, &contents.key)?);
        let mut config = builder.with_single_cert(chain, key).map_err(|error| match error {
            rustls::Error::InconsistentKeys(_) => {
                TlsError::Mismatch { certificate: self.certificate.clone(), key: self.key.clone() }
            }
            source => unusable(source),
        })?;
        config.alpn_protocols = PROTOCOLS.map(<[u8]>::to_vec).into();
        // New for each configuration: a ticket from before would let a client in whose authority counts no more.
        config.ticketer = ring::Ticketer::new().map_err(unusable)?;
        config.ignore_client_order = true;
        // A client that comes back gets another one.
        config.send_tls13_tickets = 1;
        Ok(Arc::new(config))
    }
}

impl TlsContents {
    /// Tells one content from another.
    pub(crate) fn digest(&self) -> [u8; 32] {
        let mut context = Context::new(&SHA256);
        let authority = self.client_authority.as_deref().unwrap_or_default();
        for content in [&self.certificate[..], &self.key, authority] {
            context.update(&(content.len() as u64).to_le_bytes());
            context.update(content);
        }
        let mut digest = [0; 32];
        digest.copy_from_slice(context.finish().as_ref());
        digest
    }

    /// The server's own certificate.
    pub(crate) fn own_certificate(&self) -> Option<CertificateDer<'static>> {
        CertificateDer::from_pem_slice(&self.certificate).ok()
    }
}

fn of_client_authority(error: TlsError) -> TlsError {
    TlsError::ClientAuthority(Box::new(error))
}

fn authorities(path: &Path, pem: &[u8]) -> Result<RootCertStore, TlsError> {
    let mut roots = RootCertStore::empty();
    for certificate in chain(path, pem)? {
        roots.add(certificate).map_err(|source| TlsError::Unusable { directory: path.to_owned(), source })?;
    }
    Ok(roots)
}

fn chain(path: &Path, pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let chain = CertificateDer::pem_slice_iter(pem)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|source| TlsError::NotPem { path: path.to_owned(), source })?;
    if chain.is_empty() { Err(TlsError::NoCertificate { path: path.to_owned() }) } else { Ok(chain) }
}

fn key(path: &Path, pem: &[u8]) -> Result<PrivateKeyDer<'static>, TlsError> {
    PrivateKeyDer::from_pem_slice(pem).map_err(|error| match error {
        pem::Error::NoItemsFound => TlsError::NoKey { path: path.to_owned() },
        source => TlsError::NotPem { path: path.to_owned(), source },
    })
}

fn read(path: &Path) -> Result<Vec<u8>, TlsError> {
    let unreadable = |source| TlsError::Unreadable { path: path.to_owned(), source };
    let mut bytes = Vec::new();
    let mut limited = regular_file::open(path).map_err(unreadable)?.take(MAX_FILE_BYTES + 1);
    #[expect(clippy::disallowed_methods, reason = "bounded by the take above")]
    limited.read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(TlsError::TooLarge { path: path.to_owned() });
    }
    Ok(bytes)
}
