//! The HTTP client for alerts and test events: time-outs, no redirects, TLS by rustls with the trust that was asked for.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
    sync::Arc,
    time::Duration,
};

use ureq::{
    Agent,
    tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem},
};

use crate::falco_yaml::Trust;

/// The largest file of certificates read: all authorities of a system have a quarter of it.
const MAX_PEM_SIZE: u64 = 4 << 20;

/// Whether a connection serves another request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Connections {
    /// Kept for the next request.
    Kept,
    /// Closed after each request, as GitLab does.
    OneEach,
}

/// A client whose requests take at most `timeout` each.
///
/// Redirects are not followed: they would turn a post into a get.
pub(crate) fn client(trust: &Trust, connections: Connections, timeout: Duration) -> io::Result<Agent> {
    let tls = TlsConfig::builder()
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .disable_verification(*trust == Trust::Everybody)
        .root_certs(RootCerts::from(certificates(trust)?))
        .build();
    let mut config = Agent::config_builder()
        .tls_config(tls)
        .timeout_global(Some(timeout))
        .max_redirects(0)
        .max_redirects_will_error(false)
        .http_status_as_error(false);
    if connections == Connections::OneEach {
        config = config.max_idle_connections(0);
    }
    Ok(config.build().into())
}

/// Why a request failed, with the mend where the reason alone would not tell it.
pub(crate) fn explain(error: &ureq::Error) -> String {
    let reason = error.to_string();
    // What `openssl req -x509` makes is marked as an authority's own certificate. OpenSSL, and so GitLab and curl, take it for
    // a server's all the same; rustls does not. ureq hides the error's type, so its name has to do.
    if reason.contains("CaUsedAsEndEntity") {
        return "the server's certificate is marked as an authority's (CA:TRUE); make one that is not, \
                with `openssl req -x509 -addext basicConstraints=critical,CA:FALSE …`"
            .to_owned();
    }
    reason.strip_prefix("io: ").map(str::to_owned).unwrap_or(reason)
}

fn certificates(trust: &Trust) -> io::Result<Vec<Certificate<'static>>> {
    match trust {
        Trust::Everybody => Ok(Vec::new()),
        Trust::File(path) => from_file(path),
        Trust::System => {
            let found = rustls_native_certs::load_native_certs();
            // Single unreadable ones are left out; what is signed by them is refused, which says so.
            Ok(found.certs.iter().map(|certificate| Certificate::from_der(certificate).to_owned()).collect())
        }
    }
}

fn from_file(path: &Path) -> io::Result<Vec<Certificate<'static>>> {
    let mut pem = Vec::new();
    #[expect(clippy::disallowed_methods, reason = "bounded by MAX_PEM_SIZE")]
    File::open(path)?.take(MAX_PEM_SIZE).read_to_end(&mut pem)?;
    let items = parse_pem(&pem).collect::<Result<Vec<_>, _>>().map_err(io::Error::other)?;
    let certificates: Vec<_> = items
        .into_iter()
        .filter_map(|item| if let PemItem::Certificate(it) = item { Some(it) } else { None })
        .collect();
    if certificates.is_empty() { Err(io::Error::other("it holds no PEM certificate")) } else { Ok(certificates) }
}
