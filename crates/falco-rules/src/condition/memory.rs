//! Strings as Falco holds them in memory: bytes with a zero byte at the end.
//!
//! A transformer's result counts its own zero byte as part of it. Some operators stop at the first zero byte, some leave
//! off those at the end, and some compare all bytes; what they answer for transformed values depends on it.

/// Up to the first zero byte, as the C library's string functions see it.
pub(crate) fn c_string(bytes: &[u8]) -> &[u8] {
    match memchr::memchr(0, bytes) {
        Some(end) => &bytes[..end],
        None => bytes,
    }
}

/// Without the zero bytes at the end.
pub(crate) fn without_terminator(mut bytes: &[u8]) -> &[u8] {
    while let Some((0, rest)) = bytes.split_last() {
        bytes = rest;
    }
    bytes
}

/// Whether upper and lower case of ASCII letters are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CaseRule {
    /// They are not.
    Exact,
    /// They are.
    IgnoreAscii,
}

impl CaseRule {
    pub(crate) fn fold(self, byte: u8) -> u8 {
        match self {
            Self::Exact => byte,
            Self::IgnoreAscii => byte.to_ascii_lowercase(),
        }
    }
}
