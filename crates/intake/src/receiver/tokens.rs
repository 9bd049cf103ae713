//! The verification tokens that count now; those that are kept in files follow their files.

use std::sync::{Arc, PoisonError, RwLock};

use super::settings::VerificationToken;
use crate::inbox::Inbox;
use crate::problem::ProblemKind;
use crate::reload::ReloadFailures;

/// What senders may show.
#[derive(Debug)]
pub(super) struct Tokens {
    current: RwLock<Arc<[VerificationToken]>>,
    failures: ReloadFailures,
}

impl Tokens {
    pub(super) fn new(tokens: Vec<VerificationToken>) -> Self {
        Self { current: RwLock::new(tokens.into()), failures: ReloadFailures::default() }
    }

    /// The token that `shown` is.
    pub(super) fn find(&self, shown: &[u8]) -> Option<VerificationToken> {
        let tokens = self.current();
        // Every token is compared, so that the time taken does not tell which one matched.
        let matching =
            tokens.iter().fold(None, |found, token| if token.secret.is(shown) { Some(token) } else { found });
        matching.cloned()
    }

    /// Whether any of them is kept in a file.
    pub(super) fn are_in_files(&self) -> bool {
        self.current().iter().any(|token| token.secret.file().is_some())
    }

    /// Takes over what the files hold now. What is unusable is reported, and the old token goes on to count.
    pub(super) fn reload(&self, inbox: &Inbox) {
        let mut tokens = self.current().to_vec();
        let mut has_changed = false;
        for token in &mut tokens {
            let file = token.secret.file().map(|file| file.display().to_string()).unwrap_or_default();
            let changed = token.secret.changed();
            self.failures.note(&file, changed.as_ref().err(), |failure| {
                inbox.report(ProblemKind::Secret, || {
                    format!("a changed verification token is not taken over, the former one still counts: {failure}")
                });
            });
            if let Ok(Some(secret)) = changed {
                tracing::info!(%file, "a verification token has changed");
                token.secret = secret;
                has_changed = true;
            }
        }
        if has_changed {
            *self.current.write().unwrap_or_else(PoisonError::into_inner) = tokens.into();
        }
    }

    fn current(&self) -> Arc<[VerificationToken]> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }
}
