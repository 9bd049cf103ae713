//! Panics end here: unwinding into Falco would end it without a word.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs `body`; a panic in it becomes `otherwise` and a line in Falco's log.
///
/// State that the panic left half-changed is not used again: each caller's `otherwise` says "nothing here", and the next
/// call starts from a new event.
pub(crate) fn guarded<T>(call: &str, otherwise: impl FnOnce() -> T, body: impl FnOnce() -> T) -> T {
    catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|_| {
        log::error!("gitlab: internal error in {call}; please report it with the lines above");
        otherwise()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_the_other_answer() {
        assert_eq!(guarded("test", || 2, || panic!("as if something were wrong")), 2);
        assert_eq!(guarded("test", || 2, || 1), 1);
    }
}
