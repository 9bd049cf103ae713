//! What an event is worth when not all can be kept: those that GitLab saves are the last to go.

use audit_event::{AuditEvent, event_type};

/// What an event is worth, the least first.
///
/// GitLab saves most types of events, so one that is lost here can still be looked up there. But the two types it does
/// not save and sends for every job and every fetch are about 99 in 100 of what it sends, and each says little.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Worth {
    /// `repository_git_operation`.
    GitOperation,
    /// `user_authenticated_using_job_token`.
    JobToken,
    /// Any other type that GitLab streams and does not save.
    StreamedOnly,
    /// A type that GitLab saves, or one that is not known.
    Saved,
}

impl Worth {
    /// Every worth, the least first.
    pub(crate) const ALL: [Self; 4] = [Self::GitOperation, Self::JobToken, Self::StreamedOnly, Self::Saved];

    /// What the event is worth; one that cannot be read counts as saved, because nothing is known against it.
    pub(crate) fn of(event: Option<AuditEvent<'_>>) -> Self {
        match event.and_then(|event| event.event_type()).as_deref() {
            Some("repository_git_operation") => Self::GitOperation,
            Some("user_authenticated_using_job_token") => Self::JobToken,
            Some(other) if event_type(other).is_some_and(|known| !known.is_saved) => Self::StreamedOnly,
            Some(_) | None => Self::Saved,
        }
    }

    /// The rank it is queued and stored in.
    pub(crate) const fn rank(self) -> Rank {
        match self {
            Self::GitOperation | Self::JobToken => Rank::Routine,
            Self::StreamedOnly => Rank::Streamed,
            Self::Saved => Rank::Saved,
        }
    }

    /// What to call such events.
    pub(crate) const fn describe(self) -> &'static str {
        match self {
            Self::GitOperation => "repository_git_operation",
            Self::JobToken => "user_authenticated_using_job_token",
            Self::StreamedOnly => "other types that are only streamed",
            Self::Saved => "types that GitLab saves",
        }
    }
}

/// Events that are let go together, the first to go first. An event makes room for itself among lower ranks only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Rank {
    Routine,
    Streamed,
    Saved,
}

impl Rank {
    /// Every rank, the first to go first.
    pub(crate) const ALL: [Self; 3] = [Self::Routine, Self::Streamed, Self::Saved];

    /// The ranks that go before this one, the first to go first.
    pub(crate) fn lower(self) -> &'static [Self] {
        const ALL: &[Rank] = &Rank::ALL;
        &ALL[..self as usize]
    }
}

#[cfg(test)]
mod tests {
    use audit_event::EventIndex;

    use super::*;

    fn worth(json: &str) -> Worth {
        Worth::of(EventIndex::default().parse_received(json).ok())
    }

    #[test]
    fn git_and_job_tokens_are_worth_least_and_saved_and_unknown_events_most() {
        assert_eq!(worth(r#"{"event_type":"repository_git_operation"}"#), Worth::GitOperation);
        assert_eq!(worth(r#"{"event_type":"user_authenticated_using_job_token"}"#), Worth::JobToken);
        assert_eq!(worth(r#"{"event_type":"variable_viewed_api"}"#), Worth::StreamedOnly);
        for saved in [r#"{"event_type":"project_created"}"#, r#"{"event_type":"new_in_gitlab_99"}"#, "{}", "nonsense"] {
            assert_eq!(worth(saved), Worth::Saved, "{saved}");
        }
        assert!(Worth::ALL.is_sorted() && Rank::ALL.is_sorted());
    }
}
