//! The values of a list in a rule, prepared for looking up.

use std::cmp::Ordering;
use std::net::IpAddr;

use ipnet::IpNet;

use crate::condition::memory::without_terminator;
use crate::value::Value;

/// A list of literals of one type.
#[derive(Clone, Debug)]
pub(crate) enum Set {
    /// The shorter before the longer, so that a comparison seldom looks at the bytes; see [`Set::texts`].
    Texts(Box<[Box<str>]>),
    /// In order.
    Numbers(Box<[u64]>),
    Truths(Box<[bool]>),
    /// In order.
    Addresses(Box<[IpAddr]>),
    Networks(Box<[IpNet]>),
}

impl Set {
    pub(crate) fn texts(mut texts: Vec<Box<str>>) -> Self {
        texts.sort_unstable_by(|one, other| compare(one.as_bytes(), other.as_bytes()));
        texts.dedup();
        Self::Texts(texts.into_boxed_slice())
    }

    /// Whether a value that stands alone is in the list.
    pub(crate) fn has(&self, value: &Value<'_>) -> bool {
        match (self, value) {
            (Self::Texts(texts), Value::String(text)) => has_text(texts, without_terminator(text)),
            _ => self.has_member(value),
        }
    }

    /// Whether a value that stands in a list of the event is in the list. All its bytes count, also the zero byte that
    /// ends a transformer's result, so a transformed list has nothing in common with any list of a rule.
    pub(crate) fn has_member(&self, value: &Value<'_>) -> bool {
        match (self, value) {
            (Self::Texts(texts), Value::String(text)) => has_text(texts, text),
            (Self::Numbers(numbers), Value::Uint64(number) | Value::RelTime(number) | Value::AbsTime(number)) => {
                numbers.binary_search(number).is_ok()
            }
            (Self::Truths(truths), Value::Bool(truth)) => truths.contains(truth),
            (Self::Addresses(addresses), Value::IpAddr(address)) => addresses.binary_search(address).is_ok(),
            (Self::Networks(networks), Value::IpNet(address)) => {
                networks.iter().any(|network| network.contains(address))
            }
            _ => false,
        }
    }
}

fn has_text(texts: &[Box<str>], text: &[u8]) -> bool {
    texts.binary_search_by(|known| compare(known.as_bytes(), text)).is_ok()
}

fn compare(one: &[u8], other: &[u8]) -> Ordering {
    one.len().cmp(&other.len()).then_with(|| one.cmp(other))
}
