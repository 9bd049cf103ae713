//! The token an event is about: GitLab tells it in members of the event, in its message, or not at all.
use std::borrow::Cow;

use crate::event::AuditEvent;
use crate::json_value::JsonValue;
use crate::message;

/// Target types whose `target_id` is the token's own id; for all others it is the id of the token's user or agent.
const TOKEN_TYPES: [&str; 2] = ["PersonalAccessToken", "DeployToken"];

impl<'a> AuditEvent<'a> {
    /// The id of the token the event is about: the target's where the target is the token, else `details.pat_id`, else
    /// the message's.
    pub fn token_id(&self) -> Option<Cow<'a, str>> {
        let target_is_token = self.target_type().is_some_and(|target_type| TOKEN_TYPES.contains(&&*target_type));
        let target_id = if target_is_token { self.target_id() } else { None };
        target_id
            .or_else(|| self.of_details("pat_id").map(JsonValue::text))
            .or_else(|| part_of(self.message()?, |message| message::token(message).id))
    }

    /// The scopes of the token, or of the OAuth application: `details.scopes`, else `details.token_scopes`, else the
    /// message's.
    pub fn token_scopes(&self) -> Option<Vec<Cow<'a, str>>> {
        if let Some(scopes) = self.of_details("scopes").or_else(|| self.of_details("token_scopes")) {
            return Some(scopes.texts());
        }
        match self.message()? {
            Cow::Borrowed(message) => Some(message::token(message).scopes()?.map(Cow::Borrowed).collect()),
            Cow::Owned(message) => {
                Some(message::token(&message).scopes()?.map(|scope| Cow::Owned(scope.to_owned())).collect())
            }
        }
    }

    /// The role a project access token was given; only the message tells it.
    pub fn token_access_level(&self) -> Option<Cow<'a, str>> {
        part_of(self.message()?, |message| message::token(message).access_level)
    }

    /// Who stands behind the author: `details.impersonated_by` of older versions, else the administrator the message
    /// ends with.
    ///
    /// A message may also end so because somebody typed it: what the name of the target or the new value ends with is theirs.
    pub fn impersonated_by(&self) -> Option<Cow<'a, str>> {
        self.of_details("impersonated_by").map(JsonValue::text).or_else(|| {
            let message = self.message()?;
            let typed = [self.target_details(), self.changed_to()];
            let typed = || typed.iter().flatten().map(AsRef::as_ref);
            part_of(message, |message| message::impersonator(message, typed()))
        })
    }

    /// Whether the event reports a failed attempt: GitLab gives some failures the type of the success.
    pub fn attempt_failed(&self) -> bool {
        self.message().is_some_and(|message| message::is_failed_attempt(&message))
    }

    /// `custom_message` where it is words.
    fn message(&self) -> Option<Cow<'a, str>> {
        self.of_details("custom_message").and_then(JsonValue::string)
    }
}

/// A part of a text, borrowed where the text is.
fn part_of(text: Cow<'_, str>, part: impl Fn(&str) -> Option<&str>) -> Option<Cow<'_, str>> {
    match text {
        Cow::Borrowed(text) => part(text).map(Cow::Borrowed),
        Cow::Owned(text) => part(&text).map(|part| Cow::Owned(part.to_owned())),
    }
}
