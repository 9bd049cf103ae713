//! The value of a field of one event.

use std::borrow::Cow;
use std::net::IpAddr;

/// The value of a field, borrowed from the event where possible. A field without a value is `None`, never a `Value`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value<'e> {
    /// Text. Falco's strings are bytes: the `b64` transformer can produce any.
    String(Cow<'e, [u8]>),
    /// A number.
    Uint64(u64),
    /// A truth value.
    Bool(bool),
    /// An address, for a field of type `IPADDR`.
    IpAddr(IpAddr),
    /// An address, for a field of type `IPNET`, which is compared with networks.
    IpNet(IpAddr),
    /// A duration in nanoseconds.
    RelTime(u64),
    /// A point in time, in nanoseconds since the epoch.
    AbsTime(u64),
    /// The values of a list field. Falco knows no empty list: a field whose list is empty has no value.
    List(Vec<Value<'e>>),
}

impl<'e> From<&'e str> for Value<'e> {
    fn from(text: &'e str) -> Self {
        Self::String(Cow::Borrowed(text.as_bytes()))
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Self::String(Cow::Owned(text.into_bytes()))
    }
}

impl<'e> From<Cow<'e, str>> for Value<'e> {
    fn from(text: Cow<'e, str>) -> Self {
        match text {
            Cow::Borrowed(text) => text.into(),
            Cow::Owned(text) => text.into(),
        }
    }
}

impl From<u64> for Value<'_> {
    fn from(number: u64) -> Self {
        Self::Uint64(number)
    }
}

impl From<bool> for Value<'_> {
    fn from(truth: bool) -> Self {
        Self::Bool(truth)
    }
}
