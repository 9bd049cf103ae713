//! Who the author of an event is and of which kind, from the id, the class and the names GitLab gives.
use std::borrow::Cow;

use crate::event::AuditEvent;

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
    /// An account that belongs to no person: an access token's, a service account, or one of GitLab's own.
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

/// What GitLab calls somebody without an account, itself included.
const UNAUTHENTICATED_AUTHOR: &str = "Gitlab::Audit::UnauthenticatedAuthor";

impl<'a> AuditEvent<'a> {
    /// Which kind of author this event has; none where it names no author.
    ///
    /// The author's id and class tell tokens and keys. With the id -1 it is GitLab itself or nobody who is signed in. A
    /// bot is told by its class, by the display name of one of GitLab's own, or by its user name, which an event holds
    /// only where the bot itself is what it happened in. People choose names, so no rule should excuse an action only
    /// because a bot did it.
    pub fn author_type(&self) -> Option<AuthorType> {
        let (id, class) = (self.author_id(), self.author_class());
        let author_type = match (id.as_deref(), class.as_deref()) {
            (None, None) => return None,
            (Some("-3"), _) | (_, Some("DeployKey" | "Gitlab::Audit::DeployKeyAuthor")) => AuthorType::DeployKey,
            (Some("-2"), _) | (_, Some("DeployToken" | "Gitlab::Audit::DeployTokenAuthor")) => AuthorType::DeployToken,
            (_, Some("Gitlab::Audit::OrbitIndexerAuthor")) => AuthorType::System,
            (_, Some("Gitlab::Audit::CompositeIdentityAuthor")) => AuthorType::Bot,
            (Some("-1"), _) | (_, Some(UNAUTHENTICATED_AUTHOR)) if self.is_system() => AuthorType::System,
            (Some("-1"), _) | (_, Some(UNAUTHENTICATED_AUTHOR)) => AuthorType::Unauthenticated,
            _ if self.is_bot() => AuthorType::Bot,
            _ => AuthorType::User,
        };
        Some(author_type)
    }

    /// Whether an author without an account is GitLab itself: it is called "(System)" then. Somebody may type that into
    /// the user name box too, but the target of a failed sign-in to an unknown account is again an unauthenticated
    /// author.
    fn is_system(&self) -> bool {
        self.author_name().as_deref() == Some("(System)")
            && self.target_type().as_deref() != Some(UNAUTHENTICATED_AUTHOR)
            && self.of_details("failed_login").is_none()
    }

    fn is_bot(&self) -> bool {
        let is_own_account = self.entity_type().as_deref() == Some("User") && self.entity_id() == self.author_id();
        let user_name = if is_own_account { self.entity_path() } else { None };
        user_name.is_some_and(|name| is_bot_user_name(&name))
            || self.author_name().is_some_and(|name| is_gitlab_bot_name(&name))
    }

    /// Who acted, the same before and after a change of display name: a user's id alone. Actors without an account (nobody
    /// signed in, GitLab itself, deploy tokens, deploy keys) share one id each, and their names tell them apart.
    pub fn author_key(&self) -> Option<Cow<'a, str>> {
        let id = self.author_id()?;
        if is_id_of_user(&id) {
            return Some(id);
        }
        Some(match self.author_name() {
            Some(name) => Cow::Owned(format!("{id} {name}")),
            None => id,
        })
    }

    /// Whether the author did it to the own account; none where the event does not tell both.
    pub fn author_is_target(&self) -> Option<bool> {
        let (author, target, target_type) = (self.author_id()?, self.target_id()?, self.target_type()?);
        Some(target_type == "User" && author == target)
    }
}

/// Users' ids begin with 1; those below stand for actors without an account.
fn is_id_of_user(id: &str) -> bool {
    id.bytes().all(|digit| digit.is_ascii_digit()) && id.bytes().any(|digit| digit != b'0')
}

/// `project_29_bot_3f…` and `group_60_bot_3f…` act for access tokens, `service_account_…` for whoever has its token.
fn is_bot_user_name(name: &str) -> bool {
    let of_access_token = ["project_", "group_"].into_iter().any(|resource| {
        let from_id = name.strip_prefix(resource).unwrap_or_default();
        let after_id = from_id.trim_start_matches(|character: char| character.is_ascii_digit());
        after_id.len() < from_id.len() && after_id.starts_with("_bot")
    });
    of_access_token || name.starts_with("service_account_")
}

/// The display names in GitLab's `lib/users/internal.rb`: `GitLab Security Bot` and so on.
fn is_gitlab_bot_name(name: &str) -> bool {
    name == "GitLab Duo" || (name.starts_with("GitLab ") && name.ends_with(" Bot"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::EventIndex;

    fn author_type(json: &str) -> Option<&'static str> {
        EventIndex::default().parse(json).unwrap().author_type().map(AuthorType::as_str)
    }

    #[test]
    fn ids_and_classes_tell_tokens_and_keys() {
        assert_eq!(author_type(r#"{"author_id":-3}"#), Some("deploy_key"));
        assert_eq!(author_type(r#"{"author_id":"-2"}"#), Some("deploy_token"));
        assert_eq!(author_type(r#"{"author_id":9,"details":{"author_class":"DeployKey"}}"#), Some("deploy_key"));
        assert_eq!(author_type(r#"{"author_id":9,"details":{"author_class":"User"}}"#), Some("user"));
        assert_eq!(
            author_type(r#"{"author_id":9,"details":{"author_class":"Gitlab::Audit::ImpersonatedAuthor"}}"#),
            Some("user")
        );
        assert_eq!(author_type(r#"{"author_name":"nobody knows"}"#), None);
    }

    #[test]
    fn gitlab_itself_is_not_a_stranger_who_types_its_name() {
        let system = r#"{"author_id":-1,"author_name":"(System)","target_type":"User","target_id":7}"#;
        assert_eq!(author_type(system), Some("system"));
        let stranger =
            r#"{"author_id":-1,"author_name":"(System)","target_type":"Gitlab::Audit::UnauthenticatedAuthor"}"#;
        assert_eq!(author_type(stranger), Some("unauthenticated"));
        let stranger = r#"{"author_id":-1,"author_name":"(System)","details":{"failed_login":"STANDARD"}}"#;
        assert_eq!(author_type(stranger), Some("unauthenticated"));
        assert_eq!(author_type(r#"{"author_id":-1,"author_name":"Registration token: GR"}"#), Some("unauthenticated"));
    }

    #[test]
    fn a_bot_is_told_by_its_user_name_where_the_event_has_it() {
        let of = |entity_type: &str, path: &str| {
            author_type(&format!(
                r#"{{"author_id":9,"entity_id":9,"entity_type":"{entity_type}","entity_path":"{path}"}}"#
            ))
        };
        assert_eq!(of("User", "project_29_bot_3f2a"), Some("bot"));
        assert_eq!(of("User", "group_60_bot"), Some("bot"));
        assert_eq!(of("User", "service_account_group_60_3f2a"), Some("bot"));
        assert_eq!(of("User", "project_bot"), Some("user"));
        assert_eq!(of("User", "project_manager"), Some("user"));
        assert_eq!(of("Group", "project_29_bot_3f2a"), Some("user"));
    }

    #[test]
    fn gitlabs_own_bots_are_told_by_their_display_name() {
        assert_eq!(author_type(r#"{"author_id":2,"author_name":"GitLab Security Bot"}"#), Some("bot"));
        assert_eq!(author_type(r#"{"author_id":2,"author_name":"Abbot"}"#), Some("user"));
    }

    #[test]
    fn a_user_stays_the_same_under_another_name_and_tokens_that_share_an_id_are_told_apart() {
        let key = |json: &str| EventIndex::default().parse(json).unwrap().author_key().map(Cow::into_owned);
        assert_eq!(key(r#"{"author_id":7,"author_name":"Dev One"}"#).as_deref(), Some("7"));
        assert_eq!(key(r#"{"author_id":"7","author_name":"Somebody else"}"#).as_deref(), Some("7"));
        assert_eq!(key(r#"{"details":{"author_name":"Dev One"},"author_id":7}"#).as_deref(), Some("7"));
        assert_eq!(key(r#"{"author_id":-2,"author_name":"backup"}"#).as_deref(), Some("-2 backup"));
        assert_eq!(key(r#"{"author_id":-3,"author_name":"backup"}"#).as_deref(), Some("-3 backup"));
        assert_eq!(key(r#"{"author_id":0,"author_name":"x"}"#).as_deref(), Some("0 x"));
        assert_eq!(key(r#"{"author_id":"","author_name":"x"}"#).as_deref(), Some(" x"));
        assert_eq!(key(r#"{"author_id":-2}"#).as_deref(), Some("-2"));
        assert_eq!(key(r#"{"author_name":"Dev One"}"#), None);
    }

    #[test]
    fn the_author_is_the_target_only_where_the_target_is_a_user() {
        let is_target = |json: &str| EventIndex::default().parse(json).unwrap().author_is_target();
        assert_eq!(is_target(r#"{"author_id":7,"target_id":7,"target_type":"User"}"#), Some(true));
        assert_eq!(is_target(r#"{"author_id":7,"target_id":"7","target_type":"User"}"#), Some(true));
        assert_eq!(is_target(r#"{"author_id":7,"target_id":8,"target_type":"User"}"#), Some(false));
        assert_eq!(is_target(r#"{"author_id":7,"target_id":7,"target_type":"Project"}"#), Some(false));
        assert_eq!(is_target(r#"{"author_id":7,"target_id":null,"target_type":"User"}"#), None);
    }
}
