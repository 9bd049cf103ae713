//! Counts the events that were let go of, by what they were worth.

use std::sync::{Mutex, PoisonError};

use crate::worth::Worth;

/// How many events of each worth.
pub(crate) type Counts = [u64; Worth::ALL.len()];

/// The events that were let go of since the host last heard of any.
#[derive(Debug, Default)]
pub(crate) struct Shed(Mutex<Counts>);

impl Shed {
    pub(crate) fn add(&self, counts: &Counts) {
        let mut sum = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (sum, count) in sum.iter_mut().zip(counts) {
            *sum += count;
        }
    }

    /// Tells of them in a sentence, and begins anew.
    pub(crate) fn take_message(&self) -> String {
        let counts = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        let kinds = Worth::ALL.into_iter().zip(counts).filter(|(_, count)| *count > 0);
        let kinds: Vec<_> = kinds.map(|(worth, count)| format!("{count} of {}", worth.describe())).collect();
        format!(
            "events were let go, the least valuable first, because they are taken more slowly than they come: {}",
            kinds.join(", ")
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_names_each_kind_once_with_all_that_were_let_go_since_the_last() {
        let shed = Shed::default();
        shed.add(&[7, 0, 0, 1]);
        shed.add(&[5, 0, 0, 0]);
        let message = shed.take_message();
        assert!(message.ends_with(": 12 of repository_git_operation, 1 of types that GitLab saves"), "{message}");
        shed.add(&[0, 2, 0, 0]);
        assert!(shed.take_message().ends_with(": 2 of user_authenticated_using_job_token"));
    }
}
