//! Where the receiver listens: a URL such as `http://:8765/gitlab`, parsed.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

/// Where the receiver listens and which path it serves.
///
/// Everything but the scheme may be left out: `https://` is every interface, port 443, any path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listen {
    scheme: Scheme,
    host: Host,
    port: u16,
    path: ServedPath,
}

/// Plain HTTP, or HTTP inside TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// `http`, port 80 unless the URL says otherwise.
    Http,
    /// `https`, port 443 unless the URL says otherwise.
    Https,
}

/// The interface, or the interfaces, the receiver is reached on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Host {
    /// No host in the URL: every interface, IPv6 and IPv4.
    Every,
    /// One address.
    Address(IpAddr),
    /// A name, looked up when the receiver starts.
    Name(Box<str>),
}

/// The paths that are answered; any other is 404.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ServedPath {
    /// No path in the URL, or `/`: every path, as the Go plugin did.
    Any,
    /// This path and no other, kept without its trailing slash; a sender may write one or not.
    Exactly(Box<str>),
}

/// What is wrong with a URL to listen on. A user name or password in it is never repeated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ListenError {
    /// Neither `http://` nor `https://` is in front.
    #[error("the address to listen on must begin with http:// or https://, for example http://:8765/gitlab")]
    Scheme,
    /// `http://user:password@…`
    #[error("a user name or password does not belong into the address to listen on; remove what is before the @")]
    UserInfo,
    /// Not an address and not a name.
    #[error("{0:?} is neither an IP address nor a host name (an IPv6 address needs brackets: http://[::1]:8765/)")]
    Host(String),
    /// Not a number from 0 to 65535.
    #[error("the port {0:?} is not a number from 0 to 65535")]
    Port(String),
    /// A path can be listened on, a query cannot.
    #[error("the path {0:?} must not contain '?' or '#': queries are ignored, so leave it out")]
    Query(String),
    /// Characters that no request can carry.
    #[error("the path {0:?} holds characters that a URL cannot carry; percent-encode them")]
    Path(String),
}

impl Scheme {
    /// 80 or 443.
    pub const fn default_port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
        }
    }
}

impl ServedPath {
    fn parse(path: &str) -> Result<Self, ListenError> {
        if path.contains(['?', '#']) {
            return Err(ListenError::Query(path.to_owned()));
        }
        if !path.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(ListenError::Path(path.to_owned()));
        }
        match path.strip_suffix('/').unwrap_or(path) {
            "" => Ok(Self::Any),
            path => Ok(Self::Exactly(path.into())),
        }
    }

    /// Whether a request for `path` (without its query) is served.
    pub fn serves(&self, path: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Exactly(served) => path.strip_suffix('/').unwrap_or(path) == &**served,
        }
    }
}

impl Listen {
    /// Plain HTTP or TLS.
    pub const fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The interfaces to listen on.
    pub const fn host(&self) -> &Host {
        &self.host
    }

    /// The TCP port; 0 lets the system choose a free one.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// The paths served.
    pub const fn path(&self) -> &ServedPath {
        &self.path
    }
}

impl FromStr for Listen {
    type Err = ListenError;

    fn from_str(url: &str) -> Result<Self, ListenError> {
        let (scheme, rest) = url.split_once("://").ok_or(ListenError::Scheme)?;
        let scheme = match scheme {
            _ if scheme.eq_ignore_ascii_case("http") => Scheme::Http,
            _ if scheme.eq_ignore_ascii_case("https") => Scheme::Https,
            _ => return Err(ListenError::Scheme),
        };
        let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
        if authority.contains('@') {
            return Err(ListenError::UserInfo);
        }
        let (host, port) = split_port(authority);
        Ok(Self {
            scheme,
            host: parse_host(host)?,
            port: match port {
                None | Some("") => scheme.default_port(),
                Some(port) => parse_port(port)?,
            },
            path: ServedPath::parse(path)?,
        })
    }
}

/// Cuts `host:port` at the colon after the host; the colons of a bracketed IPv6 address are inside the host.
fn split_port(authority: &str) -> (&str, Option<&str>) {
    let after_address = match authority.find(']') {
        Some(bracket) => bracket + 1,
        None if authority.starts_with('[') => authority.len(),
        None => 0,
    };
    match authority[after_address..].find(':') {
        Some(colon) => (&authority[..after_address + colon], Some(&authority[after_address + colon + 1..])),
        None => (authority, None),
    }
}

fn parse_port(port: &str) -> Result<u16, ListenError> {
    let digits_only = port.bytes().all(|byte| byte.is_ascii_digit());
    port.parse().ok().filter(|_| digits_only).ok_or_else(|| ListenError::Port(port.to_owned()))
}

fn parse_host(host: &str) -> Result<Host, ListenError> {
    let wrong = || ListenError::Host(host.to_owned());
    if host.is_empty() {
        return Ok(Host::Every);
    }
    if let Some(address) = host.strip_prefix('[') {
        let address = address.strip_suffix(']').ok_or_else(wrong)?;
        return address.parse().map(|address| Host::Address(IpAddr::V6(address))).map_err(|_| wrong());
    }
    if let Ok(address) = host.parse() {
        return Ok(Host::Address(IpAddr::V4(address)));
    }
    let is_name = host.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_'));
    // 127.0.0 or 300.1.1.1 is a mistyped address; a resolver would read some of these as quite another one.
    let ends_in_letters = host.rsplit('.').next().is_some_and(|label| label.bytes().any(|b| b.is_ascii_alphabetic()));
    if is_name && ends_in_letters { Ok(Host::Name(host.into())) } else { Err(wrong()) }
}

impl fmt::Display for Listen {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}://{}:{}{}", self.scheme, self.host, self.port, self.path)
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Http => "http",
            Self::Https => "https",
        })
    }
}

impl fmt::Display for Host {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Every => Ok(()),
            Self::Address(IpAddr::V4(address)) => write!(out, "{address}"),
            Self::Address(IpAddr::V6(address)) => write!(out, "[{address}]"),
            Self::Name(name) => out.write_str(name),
        }
    }
}

impl fmt::Display for ServedPath {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => out.write_str("/"),
            Self::Exactly(path) => out.write_str(path),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listen(url: &str) -> Listen {
        url.parse().unwrap()
    }

    fn error(url: &str) -> ListenError {
        url.parse::<Listen>().unwrap_err()
    }

    #[test]
    fn a_full_url_says_everything() {
        let listen = listen("http://127.0.0.1:8765/gitlab");
        assert_eq!(listen.scheme(), Scheme::Http);
        assert_eq!(listen.host(), &Host::Address([127, 0, 0, 1].into()));
        assert_eq!(listen.port(), 8765);
        assert_eq!(listen.path(), &ServedPath::Exactly("/gitlab".into()));
    }

    #[test]
    fn what_is_left_out_has_the_defaults_of_the_go_plugin() {
        for (url, port) in [("http://", 80), ("https://", 443), ("HTTPS://:/", 443), ("http://:8765", 8765)] {
            let listen = listen(url);
            assert_eq!((listen.host(), listen.port(), listen.path()), (&Host::Every, port, &ServedPath::Any), "{url}");
        }
    }

    #[test]
    fn an_ipv6_address_stands_in_brackets() {
        assert_eq!(listen("https://[::]:443/").host(), &Host::Address("::".parse().unwrap()));
        assert_eq!(listen("https://[::1]").port(), 443);
        assert_eq!(error("http://::1:80/"), ListenError::Port(":1:80".to_owned()));
        assert_eq!(error("http://[::1/"), ListenError::Host("[::1".to_owned()));
    }

    #[test]
    fn a_name_is_kept_for_the_resolver() {
        assert_eq!(listen("http://localhost:0/x").host(), &Host::Name("localhost".into()));
        assert_eq!(listen("http://a_b-c.example").host(), &Host::Name("a_b-c.example".into()));
    }

    #[test]
    fn a_mistyped_address_is_not_taken_for_a_name() {
        for host in ["300.1.1.1", "127.0.0", "1234", "exa mple", "bücher.example"] {
            assert_eq!(error(&format!("http://{host}:1/")), ListenError::Host(host.to_owned()));
        }
    }

    #[test]
    fn errors_name_the_offending_part() {
        assert_eq!(error(""), ListenError::Scheme);
        assert_eq!(error(":8765"), ListenError::Scheme);
        assert_eq!(error("file:///var/log/x"), ListenError::Scheme);
        assert_eq!(error("http://x:65536/"), ListenError::Port("65536".to_owned()));
        assert_eq!(error("http://x:+80/"), ListenError::Port("+80".to_owned()));
        assert_eq!(error("http://x/p?q=1"), ListenError::Query("/p?q=1".to_owned()));
        assert_eq!(error("http://x/a b"), ListenError::Path("/a b".to_owned()));
    }

    #[test]
    fn a_password_in_the_url_is_refused_and_not_repeated() {
        let error = error("http://me:hunter2@x/");
        assert_eq!(error, ListenError::UserInfo);
        assert!(!error.to_string().contains("hunter2"));
    }

    #[test]
    fn a_path_is_served_with_and_without_its_trailing_slash() {
        for url in ["http://x/gitlab", "http://x/gitlab/"] {
            let listen = listen(url);
            assert!(listen.path().serves("/gitlab"));
            assert!(listen.path().serves("/gitlab/"));
            for other in ["/", "", "/gitlab/x", "/gitlabs", "/GitLab", "/gitlab//", "/git%6cab"] {
                assert!(!listen.path().serves(other), "{other}");
            }
        }
    }

    #[test]
    fn what_is_displayed_parses_to_the_same() {
        for url in ["http://:80/", "https://[::1]:8443/a/b", "http://localhost:0/x", "http://10.0.0.1:1/%20"] {
            assert_eq!(listen(url).to_string(), url);
        }
    }
}
