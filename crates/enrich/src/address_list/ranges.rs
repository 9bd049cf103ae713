//! A set of networks with fast look-up: sorted ranges that do not overlap.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

/// A set of addresses. Costs 8 bytes for an IPv4 network, 32 for an IPv6 one; a look-up is one binary search.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AddressRanges {
    v4: Vec<(Ipv4Addr, Ipv4Addr)>,
    v6: Vec<(Ipv6Addr, Ipv6Addr)>,
}

impl AddressRanges {
    /// Whether the address is in one of the networks; an IPv4-mapped IPv6 address counts as IPv4.
    pub fn contains(&self, address: IpAddr) -> bool {
        match address.to_canonical() {
            IpAddr::V4(address) => is_within(&self.v4, address),
            IpAddr::V6(address) => is_within(&self.v6, address),
        }
    }

    /// How many ranges there are, neighbours and overlapping ones joined.
    pub fn len(&self) -> usize {
        self.v4.len() + self.v6.len()
    }

    /// Whether no address is in it.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl FromIterator<IpNet> for AddressRanges {
    fn from_iter<I: IntoIterator<Item = IpNet>>(networks: I) -> Self {
        let mut ranges = Self::default();
        for network in networks {
            match network {
                IpNet::V4(network) => ranges.v4.push((network.network(), network.broadcast())),
                IpNet::V6(network) => match mapped(network) {
                    Some(range) => ranges.v4.push(range),
                    None => ranges.v6.push((network.network(), network.broadcast())),
                },
            }
        }
        ranges.v4 = joined(ranges.v4);
        ranges.v6 = joined(ranges.v6);
        ranges
    }
}

/// The IPv4 range of a network of IPv4-mapped addresses.
fn mapped(network: ipnet::Ipv6Net) -> Option<(Ipv4Addr, Ipv4Addr)> {
    Some((network.network().to_ipv4_mapped()?, network.broadcast().to_ipv4_mapped()?))
}

fn joined<A: Ord + Copy>(mut ranges: Vec<(A, A)>) -> Vec<(A, A)> {
    ranges.sort_unstable();
    let mut joined: Vec<(A, A)> = Vec::with_capacity(ranges.len());
    for (first, last) in ranges {
        match joined.last_mut() {
            Some(before) if first <= before.1 => before.1 = before.1.max(last),
            _ => joined.push((first, last)),
        }
    }
    joined.shrink_to_fit();
    joined
}

fn is_within<A: Ord + Copy>(ranges: &[(A, A)], address: A) -> bool {
    let after = ranges.partition_point(|(first, _)| *first <= address);
    ranges[..after].last().is_some_and(|(_, last)| address <= *last)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn both_ends_of_a_network_are_in_it_and_their_neighbours_are_not() {
        let ranges: AddressRanges =
            ["192.0.2.0/24".parse().unwrap(), "2001:db8::/32".parse().unwrap()].into_iter().collect();
        for inside in
            ["192.0.2.0", "192.0.2.255", "2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "::ffff:192.0.2.7"]
        {
            assert!(ranges.contains(inside.parse().unwrap()), "{inside}");
        }
        for outside in ["192.0.1.255", "192.0.3.0", "2001:db7:ffff::", "2001:db9::", "::c000:207"] {
            assert!(!ranges.contains(outside.parse().unwrap()), "{outside}");
        }
    }

    fn network() -> impl Strategy<Value = IpNet> {
        let v4 = (any::<[u8; 2]>(), 16u8..=32)
            .prop_map(|([a, b], length)| IpNet::new(Ipv4Addr::new(10, 0, a % 4, b).into(), length).unwrap());
        let v6 = (any::<u16>(), 100u8..=128).prop_map(|(last, length)| {
            IpNet::new(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, last % 512).into(), length).unwrap()
        });
        prop_oneof![v4, v6]
    }

    proptest! {
        #[test]
        fn an_address_is_in_the_set_where_it_is_in_one_of_the_networks(
            networks in prop::collection::vec(network(), 0..20),
            address in prop_oneof![
                any::<[u8; 2]>().prop_map(|[a, b]| IpAddr::from([10, 0, a % 4, b])),
                any::<u16>().prop_map(|last| IpAddr::from([0x2001, 0xdb8, 0, 0, 0, 0, 0, last % 512])),
            ],
        ) {
            let ranges: AddressRanges = networks.iter().copied().collect();
            prop_assert_eq!(ranges.contains(address), networks.iter().any(|network| network.contains(&address)));
        }
    }
}
