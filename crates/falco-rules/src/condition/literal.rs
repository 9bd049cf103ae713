//! Literals read as values of a field's type, as Falco reads them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// A number as `scanf` reads it: blanks and a sign in front, wrapping below zero, and no larger than the largest.
pub(crate) fn number(text: &str) -> Option<u64> {
    let text = text.trim_start_matches([' ', '\t', '\n', '\x0b', '\x0c', '\r']);
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some(match digits.parse::<u64>() {
        Ok(number) if negative => number.wrapping_neg(),
        Ok(number) => number,
        Err(_) => u64::MAX,
    })
}

/// `true` or `false`, nothing else.
pub(crate) fn truth(text: &str) -> Option<bool> {
    match text {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

/// An address. With a dot in it, it must be an IPv4 one.
pub(crate) fn address(text: &str) -> Option<IpAddr> {
    if text.contains('.') {
        text.parse::<Ipv4Addr>().ok().map(IpAddr::V4)
    } else {
        text.parse::<Ipv6Addr>().ok().map(IpAddr::V6)
    }
}

/// A network: address, slash, prefix length. An IPv6 network of length 0 is none.
pub(crate) fn network(text: &str) -> Option<IpNet> {
    let (address, prefix) = text.split_once('/')?;
    // Falco reads the length into one byte and ignores a line behind it.
    let prefix = prefix.split('\n').next().and_then(number)?;
    let [.., prefix] = prefix.to_be_bytes();
    if text.contains('.') {
        Ipv4Net::new(address.parse().ok()?, prefix).ok().map(IpNet::V4)
    } else {
        Ipv6Net::new(address.parse().ok()?, prefix).ok().filter(|_| prefix > 0).map(IpNet::V6)
    }
}

#[cfg(test)]
mod tests {
    use super::{address, network, number};

    #[test]
    fn numbers_wrap_and_saturate_as_in_falco() {
        assert_eq!(number("-1"), Some(u64::MAX));
        assert_eq!(number("99999999999999999999"), Some(u64::MAX));
        for text in ["5.0", "0x10", "", "5 ", "abc", "-"] {
            assert_eq!(number(text), None, "{text}");
        }
    }

    #[test]
    fn addresses_and_networks_are_told_apart_by_the_dot() {
        assert!(address("::ffff:10.1.2.3").is_none());
        assert!(address("10.0.0.0/8").is_none());
        assert!(network("0.0.0.0/0").is_some());
        assert!(network("::/0").is_none());
        assert!(network("10.1.2.3").is_none());
    }
}
