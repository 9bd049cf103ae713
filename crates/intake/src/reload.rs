//! Failures to read a changed file again: told once each, and only when they last.

use std::collections::HashMap;
use std::fmt::Display;
use std::sync::{Mutex, PoisonError};

/// What was wrong with each file the last time.
///
/// Files are seldom replaced in one step: a new certificate stands beside the old key for a moment, and a file that is
/// being written is empty at first. So a failure is told when it is found for the second time in a row.
#[derive(Debug, Default)]
pub(crate) struct ReloadFailures(Mutex<HashMap<Box<str>, Seen>>);

#[derive(Debug)]
struct Seen {
    failure: String,
    is_told: bool,
}

impl ReloadFailures {
    /// Notes how reading `file` went and calls `tell` with a failure that has lasted and was not told yet.
    pub(crate) fn note<E: Display>(&self, file: &str, failure: Option<E>, tell: impl FnOnce(&str)) {
        let mut files = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(failure) = failure.map(|failure| failure.to_string()) else {
            files.remove(file);
            return;
        };
        match files.get_mut(file) {
            Some(seen) if seen.failure == failure => {
                if !std::mem::replace(&mut seen.is_told, true) {
                    tell(&seen.failure);
                }
            }
            _ => _ = files.insert(file.into(), Seen { failure, is_told: false }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_told_once_and_only_when_it_lasts() {
        let failures = ReloadFailures::default();
        let note = |failure: Option<&str>| {
            let mut told = None;
            failures.note("x", failure, |failure| told = Some(failure.to_owned()));
            told
        };
        assert_eq!(note(Some("empty")), None);
        assert_eq!(note(None), None);
        assert_eq!(note(Some("empty")), None);
        assert_eq!(note(Some("empty")).as_deref(), Some("empty"));
        assert_eq!(note(Some("empty")), None);
        assert_eq!(note(Some("missing")), None);
        assert_eq!(note(Some("missing")).as_deref(), Some("missing"));
    }
}
