//! Which addresses can have a place on the map at all.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Whether an address belongs to a single place on the Internet, so that looking it up makes sense.
///
/// Private, loopback, link-local, carrier-grade NAT, documentation, multicast and reserved addresses have none: a rule
/// about unknown countries must not fire for somebody in the office network.
pub fn is_on_the_internet(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_global_v4(address),
        IpAddr::V6(address) => match address.to_ipv4_mapped() {
            Some(mapped) => is_global_v4(mapped),
            None => is_global_v6(address),
        },
    }
}

fn is_global_v4(address: Ipv4Addr) -> bool {
    let [a, b, ..] = address.octets();
    let this_network = a == 0;
    let carrier_grade_nat = a == 100 && (64..128).contains(&b);
    let benchmarking = a == 198 && (b == 18 || b == 19);
    let multicast_or_reserved = a >= 224;
    !(this_network
        || carrier_grade_nat
        || benchmarking
        || multicast_or_reserved
        || address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation())
}

fn is_global_v6(address: Ipv6Addr) -> bool {
    let [a, b, ..] = address.segments();
    let global_unicast = a & 0xe000 == 0x2000;
    let documentation = (a == 0x2001 && b == 0x0db8) || (a == 0x3fff && b < 0x1000);
    global_unicast && !documentation
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_addresses_have_a_place() {
        for address in ["8.8.8.8", "198.41.0.4", "100.63.0.1", "100.128.0.1", "2a00:1450::1", "::ffff:8.8.8.8"] {
            assert!(is_on_the_internet(address.parse().unwrap()), "{address}");
        }
    }

    #[test]
    fn private_and_special_addresses_have_none() {
        for address in [
            "0.0.0.0",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "127.0.0.1",
            "169.254.1.1",
            "100.64.0.1",
            "198.18.0.1",
            "192.0.2.1",
            "198.51.100.7",
            "203.0.113.9",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "fe80::1",
            "fd00::1",
            "ff02::1",
            "2001:db8::1",
            "3fff::1",
            "::ffff:10.0.0.1",
        ] {
            assert!(!is_on_the_internet(address.parse().unwrap()), "{address}");
        }
    }
}
