//! Values as Falco writes them.

use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use serde_json::Value as Json;

use crate::condition::c_string;
use crate::value::Value;

/// What stands for a value that is absent.
pub(super) const ABSENT: &str = "<NA>";

/// Falco has no text for networks.
const NETWORK: &str = "<IPNET>";

/// Falco writes a list into a buffer of 1,024 bytes, a zero byte at the end included.
const LONGEST_LIST: usize = 1_023;

/// A value as text.
pub(crate) fn text_of<'v>(value: &'v Value<'_>) -> Cow<'v, [u8]> {
    match value {
        Value::String(text) => Cow::Borrowed(c_string(text)),
        Value::Uint64(number) | Value::RelTime(number) | Value::AbsTime(number) => owned(number.to_string()),
        Value::Bool(truth) => Cow::Borrowed(if *truth { b"true" } else { b"false" }),
        Value::IpAddr(address) => owned(address_text(*address)),
        Value::IpNet(_) => Cow::Borrowed(NETWORK.as_bytes()),
        Value::List(members) => {
            let mut text = vec![b'('];
            for member in members {
                // Falco sees by the length whether there was a member before, so empty ones in front get no comma.
                if text.len() > 1 {
                    text.push(b',');
                }
                text.extend_from_slice(&text_of(member));
            }
            text.push(b')');
            text.truncate(LONGEST_LIST);
            Cow::Owned(text)
        }
    }
}

fn owned<'v>(text: String) -> Cow<'v, [u8]> {
    Cow::Owned(text.into_bytes())
}

/// A value as JSON, typed. Bytes that are no UTF-8 become U+FFFD.
pub(super) fn json_of(value: &Value<'_>) -> Json {
    match value {
        Value::String(text) => Json::from(String::from_utf8_lossy(c_string(text))),
        Value::Uint64(number) | Value::RelTime(number) | Value::AbsTime(number) => Json::from(*number),
        Value::Bool(truth) => Json::from(*truth),
        Value::IpAddr(address) => Json::from(address_text(*address)),
        Value::IpNet(_) => Json::from(NETWORK),
        Value::List(members) => members.iter().map(json_of).collect(),
    }
}

/// An address as the C library writes it: it shows an IPv4 address also in the last 32 bits of an otherwise empty one.
fn address_text(address: IpAddr) -> String {
    match address {
        IpAddr::V6(address) => match address.segments() {
            [0, 0, 0, 0, 0, 0, high, _] if high != 0 => format!("::{}", embedded(address)),
            _ => address.to_string(),
        },
        IpAddr::V4(address) => address.to_string(),
    }
}

fn embedded(address: Ipv6Addr) -> Ipv4Addr {
    let [.., a, b, c, d] = address.octets();
    Ipv4Addr::new(a, b, c, d)
}

#[cfg(test)]
mod tests {
    use super::{Value, text_of};

    fn text(value: &Value<'_>) -> String {
        String::from_utf8_lossy(&text_of(value)).into_owned()
    }

    #[test]
    fn lists_are_written_in_parentheses() {
        assert_eq!(text(&Value::List(vec!["a".into(), "b".into()])), "(a,b)");
        assert_eq!(text(&Value::List(vec!["".into(), "b".into()])), "(b)");
    }

    #[test]
    fn addresses_are_written_as_the_c_library_does() {
        for address in ["::1", "::1.2.3.4", "::ffff:1.2.3.4", "2001:db8::1", "10.1.2.3"] {
            assert_eq!(text(&Value::IpAddr(address.parse().expect(address))), address);
        }
    }
}
