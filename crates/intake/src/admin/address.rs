//! Where operators ask: `127.0.0.1:9090`, or the same as a URL.

use std::fmt;
use std::str::FromStr;

use crate::listen::{Listen, ListenError, Scheme, ServedPath};

/// Where [`AdminServer`](super::AdminServer) listens. Plain HTTP, without authentication.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdminAddress(Listen);

/// What is wrong with such an address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AdminAddressError {
    /// Neither `host:port` nor a URL.
    #[error(transparent)]
    Listen(#[from] ListenError),
    /// `https://`.
    #[error("health and metrics are served by http only; listen on a private address such as 127.0.0.1:9090")]
    Https,
    /// The paths are fixed.
    #[error("leave the path out; served are /healthz, /readyz and /metrics")]
    Path,
}

impl AdminAddress {
    pub(super) const fn listen(&self) -> &Listen {
        &self.0
    }
}

impl FromStr for AdminAddress {
    type Err = AdminAddressError;

    fn from_str(text: &str) -> Result<Self, AdminAddressError> {
        let listen: Listen =
            if text.contains("://") { text.parse()? } else { format!("http://{text}").parse::<Listen>()? };
        match (listen.scheme(), listen.path()) {
            (Scheme::Https, _) => Err(AdminAddressError::Https),
            (_, ServedPath::Exactly(_)) => Err(AdminAddressError::Path),
            _ => Ok(Self(listen)),
        }
    }
}

impl fmt::Display for AdminAddress {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> Result<String, AdminAddressError> {
        text.parse().map(|address: AdminAddress| address.to_string())
    }

    #[test]
    fn host_and_port_and_the_url_say_the_same() {
        for text in ["127.0.0.1:9090", "http://127.0.0.1:9090", "http://127.0.0.1:9090/"] {
            assert_eq!(address(text).as_deref(), Ok("http://127.0.0.1:9090/"), "{text}");
        }
        assert_eq!(address("[::1]:9090").as_deref(), Ok("http://[::1]:9090/"));
        assert_eq!(address(":9090").as_deref(), Ok("http://:9090/"));
    }

    #[test]
    fn what_cannot_be_served_is_refused() {
        assert_eq!(address("https://127.0.0.1:9090"), Err(AdminAddressError::Https));
        assert_eq!(address("127.0.0.1:9090/metrics"), Err(AdminAddressError::Path));
        assert_eq!(address("127.0.0.1:x"), Err(AdminAddressError::Listen(ListenError::Port("x".to_owned()))));
    }
}
