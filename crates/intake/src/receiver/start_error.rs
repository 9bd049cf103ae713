//! Why a receiver cannot start: mistakes the operator has to mend.

use std::io;
use std::net::SocketAddr;

use crate::tls::TlsError;

/// Why a receiver did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// `https` needs a certificate, and no directory with one is given.
    #[error("https needs the directory that holds server.crt and server.key")]
    NoSecretsDir,
    /// Only TLS knows clients' certificates.
    #[error("clients' certificates can be asked for with https only")]
    ClientAuthorityWithoutTls,
    /// The certificate or the key.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The host name to listen on has no address.
    #[error("the host name {host:?} to listen on cannot be resolved: {source}")]
    UnknownHost {
        /// The name.
        host: String,
        /// What the resolver said.
        source: io::Error,
    },
    /// Somebody else listens there.
    #[error("cannot listen on {address}: the port is in use; stop what listens there or choose another port")]
    PortInUse {
        /// Where.
        address: SocketAddr,
    },
    /// Low ports are for root.
    #[error(
        "cannot listen on {address}: permission denied; ports below 1024 need root or CAP_NET_BIND_SERVICE, \
         so choose a higher port or grant that"
    )]
    PortForbidden {
        /// Where.
        address: SocketAddr,
    },
    /// Any other failure to listen, for example an address this machine does not have.
    #[error("cannot listen on {address}: {source}")]
    Bind {
        /// Where.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// systemd passed something that cannot be listened on.
    #[error("the socket that systemd passes cannot be used: {0}; the socket unit needs ListenStream= with a TCP port")]
    InheritedSocket(io::Error),
    /// The system gave no threads or no event queue.
    #[error("cannot start the receiver's threads: {0}")]
    Runtime(io::Error),
}

impl StartError {
    pub(super) fn bind(address: SocketAddr, source: io::Error) -> Self {
        match source.kind() {
            io::ErrorKind::AddrInUse => Self::PortInUse { address },
            io::ErrorKind::PermissionDenied => Self::PortForbidden { address },
            _ => Self::Bind { address, source },
        }
    }
}
