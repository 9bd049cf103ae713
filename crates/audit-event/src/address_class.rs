//! What kind of address an address is, by the registries of special addresses (IANA, RFC 6890 and its successors).
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What an address is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressClass {
    /// It belongs to one place on the Internet.
    Public,
    /// Of a private network: 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, `fc00::/7`.
    Private,
    /// The machine itself: 127.0.0.0/8, `::1`.
    Loopback,
    /// Of one wire: 169.254.0.0/16, `fe80::/10`.
    LinkLocal,
    /// Between a provider and its customers: 100.64.0.0/10.
    CarrierGradeNat,
    /// For examples in texts: 192.0.2.0/24, `2001:db8::/32` and others.
    Documentation,
    /// Of a group of receivers: 224.0.0.0/4, `ff00::/8`.
    Multicast,
    /// Everything else that nobody is reached by: 0.0.0.0/8, 240.0.0.0/4, networks for benchmarks, unassigned IPv6.
    Reserved,
}

impl AddressClass {
    /// The class of an address; an IPv4-mapped IPv6 address counts as IPv4.
    pub fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self::of_v4(address),
            IpAddr::V6(address) => Self::of_v6(address),
        }
    }

    /// As `gitlab.ip.class` has it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Private => "private",
            Self::Loopback => "loopback",
            Self::LinkLocal => "link_local",
            Self::CarrierGradeNat => "cgnat",
            Self::Documentation => "documentation",
            Self::Multicast => "multicast",
            Self::Reserved => "reserved",
        }
    }

    fn of_v4(address: Ipv4Addr) -> Self {
        let [a, b, ..] = address.octets();
        match (a, b) {
            (0 | 240.., _) | (198, 18 | 19) => Self::Reserved,
            (100, 64..128) => Self::CarrierGradeNat,
            _ if address.is_private() => Self::Private,
            _ if address.is_loopback() => Self::Loopback,
            _ if address.is_link_local() => Self::LinkLocal,
            _ if address.is_documentation() => Self::Documentation,
            _ if address.is_multicast() => Self::Multicast,
            _ => Self::Public,
        }
    }

    fn of_v6(address: Ipv6Addr) -> Self {
        match address.segments() {
            [0x2001, 0x0db8, ..] | [0x3fff, 0..0x1000, ..] => Self::Documentation,
            [0x2000..0x4000, ..] => Self::Public,
            [0xfc00..0xfe00, ..] => Self::Private,
            [0xfe80..0xfec0, ..] => Self::LinkLocal,
            [0xff00..=0xffff, ..] => Self::Multicast,
            _ if address.is_loopback() => Self::Loopback,
            _ => Self::Reserved,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_address_has_the_class_of_its_registry() {
        for (class, addresses) in [
            ("public", &["8.8.8.8", "198.41.0.4", "100.63.0.1", "100.128.0.1", "2a00:1450::1", "::ffff:8.8.8.8"][..]),
            ("private", &["10.1.2.3", "172.16.0.1", "192.168.1.1", "fd00::1", "::ffff:10.0.0.1"]),
            ("loopback", &["127.0.0.1", "::1"]),
            ("link_local", &["169.254.1.1", "fe80::1"]),
            ("cgnat", &["100.64.0.1", "100.127.255.255"]),
            ("documentation", &["192.0.2.1", "198.51.100.7", "203.0.113.9", "2001:db8::1", "3fff::1"]),
            ("multicast", &["224.0.0.1", "239.1.1.1", "ff02::1"]),
            (
                "reserved",
                &["0.0.0.0", "0.1.2.3", "198.18.0.1", "240.0.0.1", "255.255.255.255", "::", "100::1", "fec0::1"],
            ),
        ] {
            for address in addresses {
                assert_eq!(AddressClass::of(address.parse().unwrap()).as_str(), class, "{address}");
            }
        }
    }
}
