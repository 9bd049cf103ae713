//! A field's value.
use std::borrow::Cow;
use std::net::IpAddr;

/// A value of a field, of the field's [`FieldType`](super::FieldType).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldValue<'a> {
    /// UTF-8 without NUL.
    Text(Cow<'a, str>),
    /// A number.
    Number(u64),
    /// A truth.
    Bool(bool),
    /// An address.
    Address(IpAddr),
    /// An address, compared with networks.
    Network(IpAddr),
    /// Nanoseconds since the Unix epoch.
    Time(u64),
    /// Nanoseconds.
    Duration(u64),
    /// Several texts.
    TextList(Vec<Cow<'a, str>>),
}
