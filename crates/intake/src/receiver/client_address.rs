//! Whose request it is: the peer's, or that of whom a trusted proxy speaks for.

use std::net::{IpAddr, SocketAddr};

use hyper::HeaderMap;
use hyper::header::HeaderName;

use crate::networks::Networks;

static X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The address of the client. Only a trusted peer is believed about whom it forwards for.
///
/// Each proxy writes the address it was reached from behind those that are there already. So the list is read from its
/// end, and the first address that is no trusted proxy is the client: what stands before it is that client's own word.
/// A list that cannot be read counts as none.
pub(super) fn client_address(peer: IpAddr, headers: &HeaderMap, trusted: &Networks) -> IpAddr {
    if !trusted.contains(peer) {
        return peer;
    }
    let mut client = peer;
    let lists = headers.get_all(&X_FORWARDED_FOR).iter().collect::<Vec<_>>().into_iter().rev();
    for list in lists {
        let Ok(list) = list.to_str() else { return peer };
        for item in list.rsplit(',') {
            let Some(address) = address(item.trim()) else { return peer };
            client = address;
            if !trusted.contains(client) {
                return client;
            }
        }
    }
    client
}

/// An address, also with a port (as Azure's gateways write it) or in brackets.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    let address = bare.parse().or_else(|_| text.parse().map(|address: SocketAddr| address.ip()));
    address.ok().map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The client of a request from 10.0.0.1, which like all of 10.0.0.0/8 is a trusted proxy.
    fn client(lists: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for list in lists {
            headers.append(&X_FORWARDED_FOR, list.parse().unwrap());
        }
        let trusted = Networks::parse(["10.0.0.0/8"]).unwrap();
        client_address([10, 0, 0, 1].into(), &headers, &trusted).to_string()
    }

    #[test]
    fn the_last_address_that_is_no_proxy_is_the_client() {
        assert_eq!(client(&["192.0.2.1"]), "192.0.2.1");
        assert_eq!(client(&["192.0.2.1, 10.0.0.2,10.0.0.3"]), "192.0.2.1");
        assert_eq!(client(&["2001:db8::1"]), "2001:db8::1");
        assert_eq!(client(&["192.0.2.1:4711"]), "192.0.2.1");
        assert_eq!(client(&["[2001:db8::1]:4711"]), "2001:db8::1");
        assert_eq!(client(&["[2001:db8::1]"]), "2001:db8::1");
        assert_eq!(client(&["::ffff:192.0.2.1"]), "192.0.2.1");
    }

    #[test]
    fn what_the_client_itself_wrote_in_front_is_not_believed() {
        assert_eq!(client(&["34.74.90.64, 192.0.2.1"]), "192.0.2.1");
        assert_eq!(client(&["34.74.90.64", "192.0.2.1, 10.0.0.2"]), "192.0.2.1");
        assert_eq!(client(&["garbage, 192.0.2.1"]), "192.0.2.1");
    }

    #[test]
    fn a_list_of_proxies_alone_gives_the_first() {
        assert_eq!(client(&["10.0.0.7, 10.0.0.8"]), "10.0.0.7");
    }

    #[test]
    fn what_cannot_be_read_leaves_the_peer() {
        for list in ["", "unknown", "192.0.2.1,", ", ,", "192.0.2.1, _hidden", "192.0.2.1:x", "192.0.2.256", "::1]"] {
            assert_eq!(client(&[list]), "10.0.0.1", "{list}");
        }
        assert_eq!(client(&[]), "10.0.0.1");
    }

    #[test]
    fn a_peer_that_is_no_proxy_is_not_believed() {
        let mut headers = HeaderMap::new();
        headers.append(&X_FORWARDED_FOR, "10.0.0.2".parse().unwrap());
        let trusted = Networks::parse(["10.0.0.0/8"]).unwrap();
        for trusted in [trusted, Networks::default()] {
            assert_eq!(client_address([192, 0, 2, 1].into(), &headers, &trusted).to_string(), "192.0.2.1");
        }
    }
}
