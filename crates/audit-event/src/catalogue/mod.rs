//! The catalogue of event types: what is known of a type of audit event beyond the event itself.
//!
//! GitLab adds some twenty types a month, so a type that is not here is normal and never an error.
mod milestone;
mod of_event;
mod read;
mod scenario;
mod scope;

use std::sync::LazyLock;

pub use milestone::Milestone;
pub use read::CatalogueError;
pub use scenario::Scenario;
pub use scope::EventScope;

/// A type of audit event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventType {
    /// GitLab's name for it, such as `user_impersonation`.
    pub name: String,
    /// The heading it stands under in GitLab's documentation, such as `System access`.
    pub category: String,
    /// In what such events can happen.
    pub scopes: Vec<EventScope>,
    /// Whether GitLab saves such events; else it only streams them, and they are nowhere to be found later.
    pub is_saved: bool,
    /// The version of GitLab that had it first, as its documentation says. Some types are older.
    pub introduced: Option<Milestone>,
    /// Whether newer versions of GitLab have given it up, or renamed it.
    pub is_retired: bool,
    /// The incident scenarios that such an event can be evidence for.
    pub scenarios: Vec<Scenario>,
    /// What has happened, in a few words.
    pub description: String,
}

static CATALOGUE: LazyLock<Vec<EventType>> = LazyLock::new(|| {
    read::event_types(include_str!("../../data/event_types.csv"))
        .expect("the catalogue is part of the program, and a test reads it")
});

/// All event types known, sorted by name.
pub fn event_types() -> &'static [EventType] {
    &CATALOGUE
}

/// The event type of this name.
pub fn event_type(name: &str) -> Option<&'static EventType> {
    let found = CATALOGUE.binary_search_by(|event_type| event_type.name.as_str().cmp(name));
    found.ok().map(|position| &CATALOGUE[position])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_of_gitlab_19_5_is_there_and_a_dozen_retired_ones() {
        let (retired, current): (Vec<_>, Vec<_>) = event_types().iter().partition(|event_type| event_type.is_retired);
        let stream_only = current.iter().filter(|event_type| !event_type.is_saved).count();
        assert_eq!((current.len(), stream_only, retired.len()), (669, 43, 12));
    }

    #[test]
    fn every_type_is_found_by_its_name() {
        assert!(event_types().is_sorted_by(|one, next| one.name < next.name));
        assert!(event_types().iter().all(|listed| event_type(&listed.name) == Some(listed)));
        assert_eq!(event_type("no_such_type"), None);
    }

    #[test]
    fn what_a_type_says() {
        let git = event_type("repository_git_operation").unwrap();
        assert!(!git.is_saved && !git.is_retired);
        assert_eq!(git.category, "Source code management");
        assert_eq!(git.scopes, [EventScope::Project]);
        assert_eq!(git.introduced.unwrap().to_string(), "14.9");
        assert!(git.scenarios.contains(&Scenario::Exfiltration));
        let renamed = event_type("policy_violations_detected").unwrap();
        assert!(renamed.is_retired && renamed.description.contains("security_policy_violations_detected"));
    }

    #[test]
    fn every_type_has_a_category_a_scope_and_a_description() {
        for EventType { name, category, scopes, description, .. } in event_types() {
            assert!(!category.is_empty() && !scopes.is_empty() && !description.is_empty(), "{name}");
            assert!(name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_')), "{name}");
        }
    }
}
