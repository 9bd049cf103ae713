//! The address an action came from, out of `ip_address`, which proxies may have made a list.
use std::net::{IpAddr, SocketAddr};

/// The first address of a comma list, where it can be read without guessing: an IPv4-mapped IPv6 address counts as
/// IPv4, a port, brackets and a zone are left out.
pub(crate) fn first_address(list: &str) -> Option<IpAddr> {
    // Nearly every one is an address and nothing else.
    if let Ok(address) = list.parse::<IpAddr>() {
        return Some(address.to_canonical());
    }
    let first = list.split(',').next()?.trim();
    let without_zone = |address: &str| address.split('%').next().and_then(|address| address.parse::<IpAddr>().ok());
    let bracketed = first.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    let address = match bracketed {
        Some((inside, "")) => without_zone(inside).filter(IpAddr::is_ipv6),
        Some((inside, port)) => {
            port.strip_prefix(':')?.parse::<u16>().ok()?;
            without_zone(inside).filter(IpAddr::is_ipv6)
        }
        None => without_zone(first).or_else(|| first.parse::<SocketAddr>().ok().map(|socket| socket.ip())),
    };
    address.map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(list: &str) -> Option<String> {
        first_address(list).map(|address| address.to_string())
    }

    #[test]
    fn the_first_of_a_list_counts() {
        assert_eq!(first("198.51.100.7, 10.0.0.1").as_deref(), Some("198.51.100.7"));
        assert_eq!(first(" 2001:db8::1,10.0.0.1").as_deref(), Some("2001:db8::1"));
    }

    #[test]
    fn an_ipv4_mapped_address_is_ipv4() {
        assert_eq!(first("::ffff:198.51.100.7").as_deref(), Some("198.51.100.7"));
        assert_eq!(first("[::ffff:198.51.100.7]:443").as_deref(), Some("198.51.100.7"));
    }

    #[test]
    fn ports_brackets_and_zones_are_left_out() {
        assert_eq!(first("198.51.100.7:51234").as_deref(), Some("198.51.100.7"));
        assert_eq!(first("[2001:db8::1]:51234").as_deref(), Some("2001:db8::1"));
        assert_eq!(first("[2001:db8::1]").as_deref(), Some("2001:db8::1"));
        assert_eq!(first("fe80::1%eth0").as_deref(), Some("fe80::1"));
        assert_eq!(first("[fe80::1%eth0]:80").as_deref(), Some("fe80::1"));
    }

    #[test]
    fn what_is_no_address_gives_none() {
        for list in [
            "",
            ",",
            "unknown, 198.51.100.7",
            "[198.51.100.7]",
            "[::1]x",
            "[::1]:",
            "198.51.100.7:99999",
            "1.2.3",
            "localhost",
        ] {
            assert_eq!(first(list), None, "{list}");
        }
    }
}
