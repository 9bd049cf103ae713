//! A secret that senders must show, which never shows itself.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use ring::digest::{SHA256, digest};
use subtle::ConstantTimeEq as _;

/// A secret, such as the verification token of a GitLab streaming destination.
///
/// Neither `Debug` nor an error message ever contains it.
#[derive(Clone)]
pub struct Secret {
    text: Box<str>,
    /// What is compared: digests have one length, so not even the length of the secret can be learned by timing.
    digest: [u8; 32],
    file: Option<Arc<Path>>,
}

/// Why a text cannot be a secret. The text itself is not repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// An empty secret would let everybody in.
    #[error("the secret is empty; copy the verification token of the streaming destination from GitLab")]
    Empty,
    /// A header cannot carry it, so no sender could ever show it.
    #[error(
        "the secret has a space, a line break or a character outside ASCII in it; \
         a verification token has only visible ASCII characters"
    )]
    NotVisibleAscii,
}

impl Secret {
    /// Takes a text that an HTTP header can carry: visible ASCII, at least one character.
    pub fn new(text: impl Into<Box<str>>) -> Result<Self, SecretError> {
        let text = text.into();
        if text.is_empty() {
            return Err(SecretError::Empty);
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(SecretError::NotVisibleAscii);
        }
        Ok(Self { digest: sha256(text.as_bytes()), text, file: None })
    }

    /// The file it was read from, if it was.
    pub fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    pub(crate) fn kept_in(mut self, file: Arc<Path>) -> Self {
        self.file = Some(file);
        self
    }

    /// The secret itself, for those who must send it or show it to its owner.
    pub fn expose(&self) -> &str {
        &self.text
    }

    /// Whether `shown` is the secret, in a time that depends on the length of `shown` alone.
    pub fn is(&self, shown: &[u8]) -> bool {
        sha256(shown).ct_eq(&self.digest).into()
    }
}

fn sha256(text: &[u8]) -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes.copy_from_slice(digest(&SHA256, text).as_ref());
    bytes
}

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_whole_secret_is_the_secret() {
        let secret = Secret::new("aB+/1234567890123456").unwrap();
        assert!(secret.is(b"aB+/1234567890123456"));
        for other in ["", "a", "aB+/123456789012345", "aB+/12345678901234567", "ab+/1234567890123456"] {
            assert!(!secret.is(other.as_bytes()), "{other:?}");
        }
    }

    #[test]
    fn a_text_that_no_header_can_carry_is_refused() {
        assert_eq!(Secret::new("").unwrap_err(), SecretError::Empty);
        for text in [" ", "a b", "token\n", "tök", "\0"] {
            assert_eq!(Secret::new(text).unwrap_err(), SecretError::NotVisibleAscii, "{text:?}");
        }
    }

    #[test]
    fn debug_output_does_not_show_it() {
        let secret = Secret::new("hunter2").unwrap();
        assert_eq!(format!("{secret:?} {secret:#?}"), "Secret(…) Secret(…)");
        assert_eq!(secret.expose(), "hunter2");
    }
}
