//! A secret that is kept in a file, and may be changed there.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::secret::{Secret, SecretError};

/// A file with a secret holds one line; more is a mistaken path.
const MAX_FILE_BYTES: u64 = 4096;

/// Why a file gives no secret. Its content is not repeated.
#[derive(Debug, thiserror::Error)]
pub enum SecretFileError {
    /// Missing, not readable, or not text.
    #[error("the file {path} cannot be read: {source}", path = path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Its first line cannot be a secret.
    #[error("the file {path} holds no secret in its first line: {source}", path = path.display())]
    Unfit {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: SecretError,
    },
}

impl Secret {
    /// Reads the first line of a file, without the white space around it.
    pub fn from_file(path: &Path) -> Result<Self, SecretFileError> {
        let mut text = String::new();
        #[expect(clippy::disallowed_methods, reason = "bounded by MAX_FILE_BYTES")]
        File::open(path)
            .and_then(|file| file.take(MAX_FILE_BYTES).read_to_string(&mut text))
            .map_err(|source| SecretFileError::Unreadable { path: path.to_owned(), source })?;
        let line = text.lines().next().unwrap_or_default().trim();
        let secret = Self::new(line).map_err(|source| SecretFileError::Unfit { path: path.to_owned(), source })?;
        Ok(secret.kept_in(Arc::from(path)))
    }

    /// The secret that its file holds now; none if that is the same, or if the secret has no file.
    ///
    /// What can be read only once, such as a pipe, is never read again: that would wait for ever.
    pub(crate) fn changed(&self) -> Result<Option<Self>, SecretFileError> {
        let Some(path) = self.file() else { return Ok(None) };
        let unreadable = |source| SecretFileError::Unreadable { path: path.to_owned(), source };
        if !fs::metadata(path).map_err(unreadable)?.is_file() {
            return Ok(None);
        }
        let now = Self::from_file(path)?;
        Ok((!self.is(now.expose().as_bytes())).then_some(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_is_the_secret() {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), " aB+/1234567890123456 \r\nsomething else\n").unwrap();
        let secret = Secret::from_file(file.path()).unwrap();
        assert!(secret.is(b"aB+/1234567890123456"));
        assert!(secret.changed().unwrap().is_none());
        fs::write(file.path(), "new-secret-12345").unwrap();
        assert!(secret.changed().unwrap().unwrap().is(b"new-secret-12345"));
    }

    #[test]
    fn an_unfit_file_is_named_and_not_shown() {
        let file = tempfile::NamedTempFile::new().unwrap();
        for content in [&b""[..], b"geheim geheim", b"\xff\xfe"] {
            fs::write(file.path(), content).unwrap();
            let error = Secret::from_file(file.path()).unwrap_err();
            let error = error.to_string();
            assert!(error.contains(&file.path().display().to_string()) && !error.contains("geheim"), "{error}");
        }
    }

    #[test]
    #[cfg(unix)]
    fn a_device_is_not_read_again() {
        let secret = Secret::new("hunter2").unwrap().kept_in(Path::new("/dev/null").into());
        assert!(secret.changed().unwrap().is_none());
    }
}
