//! A real Falco, with the plugin that its own configuration names: this project's, or the Go plugin.

use std::ffi::OsString;
use std::net::{SocketAddr, ToSocketAddrs as _};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use crate::case::{Handshake, Key, Transport};
use crate::failure::Failure;

/// How it is started and reached.
#[derive(Debug, Clone)]
pub(crate) struct Falco {
    pub(crate) program: PathBuf,
    pub(crate) configuration: PathBuf,
    pub(crate) url: FalcoUrl,
    pub(crate) token: String,
    /// Where its plugin tells its counts, if it does.
    pub(crate) admin_address: Option<SocketAddr>,
}

/// Where its plugin receives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FalcoUrl {
    pub(crate) transport: Transport,
    pub(crate) address: SocketAddr,
    pub(crate) path: String,
}

impl Falco {
    /// `rules` instead of those that the configuration names.
    pub(super) fn command(&self, rules: &[PathBuf]) -> Vec<OsString> {
        let mut command: Vec<OsString> =
            vec![self.program.clone().into(), "-c".into(), self.configuration.clone().into()];
        // Without it Falco would load its driver and need to be root.
        command.extend(["--disable-source", "syscall"].map(OsString::from));
        command.extend(rules.iter().flat_map(|file: &PathBuf| ["-r".into(), Path::as_os_str(file).to_owned()]));
        command
    }
}

impl FromStr for FalcoUrl {
    type Err = Failure;

    fn from_str(url: &str) -> Result<Self, Failure> {
        let (scheme, rest) = url.split_once("://").ok_or(Failure::Url)?;
        let (transport, port) = match scheme {
            "http" => (Transport::Plain, 80),
            // Which certificate Falco's configuration names, nobody need know: the sender trusts every one.
            "https" => (Transport::Tls(Key::Ecdsa, Handshake::Full), 443),
            _ => return Err(Failure::Url),
        };
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        let addresses = host.to_socket_addrs().or_else(|_| (host, port).to_socket_addrs());
        let address = addresses.ok().and_then(|mut addresses| addresses.next()).ok_or(Failure::Url)?;
        Ok(Self { transport, address, path: format!("/{path}") })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_says_where_to_post_and_how() {
        let url: FalcoUrl = "https://127.0.0.1:8443/gitlab/x".parse().unwrap();
        assert_eq!((url.address, url.path.as_str()), (([127, 0, 0, 1], 8443).into(), "/gitlab/x"));
        assert!(matches!(url.transport, Transport::Tls(..)));
        let url: FalcoUrl = "http://127.0.0.1".parse().unwrap();
        assert_eq!((url.address, url.path.as_str()), (([127, 0, 0, 1], 80).into(), "/"));
        assert_eq!(url.transport, Transport::Plain);
        for wrong in ["127.0.0.1:80", "ftp://127.0.0.1/", "http://", "http://127.0.0.1:x/"] {
            assert!(wrong.parse::<FalcoUrl>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn falco_gets_its_configuration_and_the_rules_of_the_case() {
        let falco = Falco {
            program: "falco".into(),
            configuration: "falco.yaml".into(),
            url: "http://127.0.0.1:1/".parse().unwrap(),
            token: String::new(),
            admin_address: None,
        };
        let command = falco.command(&["a.yaml".into(), "b.yaml".into()]);
        let words: Vec<&str> = command.iter().map(|word| word.to_str().unwrap()).collect();
        assert_eq!(words.join(" "), "falco -c falco.yaml --disable-source syscall -r a.yaml -r b.yaml");
    }
}
