//! What GitLab puts only into the words of `custom_message`.

/// Splits the administrator off the message of an impersonated action: GitLab appends ` (by NAME)`.
pub(crate) fn split_impersonator(message: &str) -> Option<(&str, &str)> {
    // The last one is GitLab's: everything before may hold text people typed.
    let (action, name) = message.strip_suffix(')')?.rsplit_once(" (by ")?;
    (!name.is_empty()).then_some((action, name))
}

/// Whether the message reports that something was tried and failed.
pub(crate) fn is_failed_attempt(message: &str) -> bool {
    message.starts_with("Attempted to ")
}
