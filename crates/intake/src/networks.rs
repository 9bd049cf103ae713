//! Networks that an address may be in: a list of CIDR blocks, addresses and known names.

use std::net::IpAddr;
use std::str::FromStr as _;

use ipnet::IpNet;

/// Where GitLab.com sends webhooks from ("GitLab.com settings", IP range).
const GITLAB_COM: [&str; 2] = ["34.74.90.64/28", "34.74.226.0/24"];

/// A set of networks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Networks(Vec<IpNet>);

/// Why a text is no network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NetworksError {
    /// Neither a network, an address nor a known name.
    #[error("{0:?} is neither an address, a network such as 10.0.0.0/8, nor the name gitlab.com")]
    NotANetwork(String),
    /// `10.0.0.1/8`: one of the two numbers is a mistake, and only the operator knows which.
    #[error("{given:?} names an address within a network; write {network}, or the address without /{prefix}")]
    HostBits {
        /// As it was written.
        given: String,
        /// The network it is in.
        network: IpNet,
        /// The length of its prefix.
        prefix: u8,
    },
}

impl Networks {
    /// Reads networks (`10.0.0.0/8`, `2001:db8::/32`), addresses, and `gitlab.com` for the ranges that GitLab.com
    /// publishes.
    pub fn parse<'a>(items: impl IntoIterator<Item = &'a str>) -> Result<Self, NetworksError> {
        let mut networks = Vec::new();
        for item in items {
            match item {
                "gitlab.com" => networks.extend(GITLAB_COM.iter().filter_map(|network| network.parse::<IpNet>().ok())),
                item => networks.push(network(item)?),
            }
        }
        Ok(Self(networks))
    }

    /// Whether no address is in it.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether `address` is in one of the networks. An IPv4 address is the same in its IPv6 form (`::ffff:192.0.2.1`).
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }
}

fn network(item: &str) -> Result<IpNet, NetworksError> {
    let wrong = || NetworksError::NotANetwork(item.chars().take(64).collect());
    if let Ok(address) = IpAddr::from_str(item) {
        return Ok(address.to_canonical().into());
    }
    let given: IpNet = item.parse().map_err(|_| wrong())?;
    if given.trunc() != given {
        let (network, prefix) = (given.trunc(), given.prefix_len());
        return Err(NetworksError::HostBits { given: item.to_owned(), network, prefix });
    }
    Ok(given)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contains(items: &[&str], address: &str) -> bool {
        Networks::parse(items.iter().copied()).unwrap().contains(address.parse().unwrap())
    }

    #[test]
    fn an_address_is_in_its_network_and_in_no_other() {
        assert!(contains(&["10.0.0.0/8", "2001:db8::/32"], "10.255.0.1"));
        assert!(contains(&["10.0.0.0/8", "2001:db8::/32"], "2001:db8:1::1"));
        assert!(contains(&["192.0.2.7"], "192.0.2.7"));
        assert!(!contains(&["192.0.2.7"], "192.0.2.8"));
        assert!(!contains(&["10.0.0.0/8"], "::"));
        assert!(!contains(&[], "127.0.0.1"));
    }

    #[test]
    fn an_ipv4_address_is_the_same_in_its_ipv6_form() {
        assert!(contains(&["10.0.0.0/8"], "::ffff:10.1.2.3"));
        assert!(contains(&["::ffff:10.1.2.3"], "10.1.2.3"));
    }

    #[test]
    fn gitlab_com_stands_for_its_published_ranges() {
        for (address, is_in) in
            [("34.74.90.64", true), ("34.74.90.79", true), ("34.74.90.80", false), ("34.74.226.255", true)]
        {
            assert_eq!(contains(&["gitlab.com"], address), is_in, "{address}");
        }
    }

    #[test]
    fn what_is_no_network_is_named() {
        for item in ["", "gitlab.org", "10.0.0.0/33", "10.0.0", "10.0.0.0/", "::/129", "0x7f000001"] {
            assert_eq!(Networks::parse([item]), Err(NetworksError::NotANetwork(item.to_owned())));
        }
    }

    #[test]
    fn an_address_with_a_prefix_that_cuts_it_is_a_mistake() {
        let error = Networks::parse(["10.0.0.1/8"]).unwrap_err().to_string();
        assert!(error.contains("10.0.0.0/8"), "{error}");
    }
}
