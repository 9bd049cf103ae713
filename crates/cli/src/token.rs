//! Verification tokens: one from a flag, or one made up.

use std::io;

use intake::Secret;
use pipeline::{Settings, SettingsError, Token};
use serde_json::json;

use crate::Failure;

/// Base58: letters and digits less those that look alike.
const ALPHABET: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/// As long as the tokens GitLab makes up.
const LENGTH: usize = 24;

/// Reads a token given as a flag: itself, `file:/path` or `env:NAME`.
pub(crate) fn from_flag(text: &str) -> Result<Secret, Failure> {
    let flag = |problem| Failure::Flag { flag: "--token", problem };
    let settings = Settings::from_value(&json!({"VerificationToken": text})).map_err(|error| match error {
        SettingsError::Value { problem, .. } => flag(problem),
        other => flag(other.to_string()),
    })?;
    let token: Option<Token> = settings.tokens.into_iter().next();
    token.map(|token| token.secret).ok_or_else(|| flag("not set".to_owned()))
}

/// Makes up a token that nobody can guess: 24 characters, 140 bits, from the system's source of randomness.
pub(crate) fn made_up() -> Result<Secret, Failure> {
    let system = |cause| Failure::System { doing: "making up a token", cause };
    let mut token = String::with_capacity(LENGTH);
    while token.len() < LENGTH {
        let mut bytes = [0; 2 * LENGTH];
        getrandom::fill(&mut bytes).map_err(|error| system(io::Error::other(error)))?;
        // 232 is 4 times 58: a byte at or above it would make the first characters of the alphabet likelier.
        let characters =
            bytes.iter().filter(|&&byte| byte < 232).map(|byte| char::from(ALPHABET[usize::from(byte % 58)]));
        token.extend(characters.take(LENGTH - token.len()));
    }
    Secret::new(token).map_err(|error| system(io::Error::other(error)))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn tokens_made_up_are_long_and_differ() {
        let tokens: Vec<String> = (0..200).map(|_| made_up().unwrap().expose().to_owned()).collect();
        assert!(tokens.iter().all(|token| token.len() == LENGTH && token.bytes().all(|byte| ALPHABET.contains(&byte))));
        assert_eq!(tokens.iter().collect::<HashSet<_>>().len(), tokens.len());
        let used: HashSet<u8> = tokens.iter().flat_map(|token| token.bytes()).collect();
        assert_eq!(used.len(), ALPHABET.len(), "every character turns up in 4,800");
    }

    #[test]
    fn a_flag_may_name_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        std::fs::write(&path, "0123456789abcdef\n").unwrap();
        let secret = from_flag(&format!("file:{}", path.display())).unwrap();
        assert_eq!(secret.expose(), "0123456789abcdef");
    }

    #[test]
    fn a_mistake_names_the_flag_and_never_shows_the_token() {
        let error = from_flag("hunter2 hunter2").unwrap_err().to_string();
        assert!(error.starts_with("--token: ") && !error.contains("hunter2"), "{error}");
        assert!(from_flag("env:NO_SUCH_VARIABLE_HERE").unwrap_err().to_string().contains("NO_SUCH_VARIABLE_HERE"));
    }
}
