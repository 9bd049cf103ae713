//! Which kind of author an event has, from the id, the class and the names GitLab gives.
use std::borrow::Cow;

use crate::event::AuditEvent;
use crate::event_index::Part;

/// Who or what did it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthorType {
    /// A person's account, as far as can be told.
    User,
    /// Nobody who is signed in: a failed sign-in, or a runner with its registration token.
    Unauthenticated,
    /// GitLab itself.
    System,
    /// A deploy token.
    DeployToken,
    /// A deploy key.
    DeployKey,
    /// An account that belongs to no person: of a project or group access token, a service account, or one of GitLab's own bots.
    Bot,
}

impl AuthorType {
    /// The value of the field `gitlab.author.type`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Unauthenticated => "unauthenticated",
            Self::System => "system",
            Self::DeployToken => "deploy_token",
            Self::DeployKey => "deploy_key",
            Self::Bot => "bot",
        }
    }
}

impl<'a> AuditEvent<'a> {
    /// Which kind of author this event has; none where it names no author.
    ///
    /// The ids -2 and -3 and the author's class tell tokens and keys. The id -1 is GitLab itself or nobody who is signed in, told
    /// apart by [`is_system`](Self::is_system). A bot is told by its user name, which an event holds only where the bot itself is
    /// what it happened in, or by the display name of one of GitLab's own; names are chosen by people, so a rule should not
    /// excuse an action for being a bot's alone.
    pub fn author_type(&self) -> Option<AuthorType> {
        let (id, class) = (self.author_id(), self.author_class());
        match (id.as_deref(), class.as_deref()) {
            (Some("-3"), _) | (_, Some("DeployKey")) => Some(AuthorType::DeployKey),
            (Some("-2"), _) | (_, Some("DeployToken")) => Some(AuthorType::DeployToken),
            (Some("-1"), _)
            | (_, Some("Gitlab::Audit::UnauthenticatedAuthor" | "Gitlab::Audit::CiRunnerTokenAuthor")) => {
                Some(if self.is_system() { AuthorType::System } else { AuthorType::Unauthenticated })
            }
            (None, None) => None,
            _ => Some(if self.is_bot() { AuthorType::Bot } else { AuthorType::User }),
        }
    }

    /// Whether an author with the id -1 is GitLab itself: it is called "(System)". So may be somebody who types that into the
    /// user name box, but then the event's target is that unauthenticated author too.
    fn is_system(&self) -> bool {
        self.value(Part::Details, "failed_login").is_none()
            && self.author_name().as_deref() == Some("(System)")
            && self.target_type().as_deref() != Some("Gitlab::Audit::UnauthenticatedAuthor")
    }

    fn is_bot(&self) -> bool {
        let acts_on_itself = self.entity_type().as_deref() == Some("User") && self.entity_id() == self.author_id();
        let user_name = self.entity_path().filter(|_| acts_on_itself);
        user_name.is_some_and(|name| is_bot_user_name(&name))
            || self.author_name().is_some_and(|name| is_gitlab_bot(&name))
    }

    /// Whether the author did it to the own account; none where the event does not name both.
    pub fn author_is_target(&self) -> Option<bool> {
        let (author, target, target_type): (Cow<'_, str>, _, _) =
            (self.author_id()?, self.target_id()?, self.target_type()?);
        Some(target_type == "User" && author == target)
    }
}

/// `project_29_bot_3f…`, `group_60_bot_3f…` (access tokens) and `service_account_…`, as GitLab names them.
fn is_bot_user_name(name: &str) -> bool {
    let access_token = ["project_", "group_"].into_iter().any(|prefix| {
        name.strip_prefix(prefix).map(|rest| rest.trim_start_matches(|c: char| c.is_ascii_digit())).is_some_and(
            |rest| {
                rest.len() + prefix.len() < name.len()
                    && (rest == "_bot" || rest.starts_with("_bot_") || rest.starts_with("_bot"))
            },
        )
    });
    access_token || name.starts_with("service_account_")
}

fn is_gitlab_bot(name: &str) -> bool {
    name.starts_with("GitLab ") && name.ends_with(" Bot")
}
