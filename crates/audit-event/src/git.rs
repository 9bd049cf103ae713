//! What a Git operation did: `custom_message` is an object then.
use std::borrow::Cow;

use crate::event::AuditEvent;
use crate::event_index::Part;
use crate::json_members::find;
use crate::json_value::JsonValue;

impl<'a> AuditEvent<'a> {
    /// `ssh`, `http` or `web`.
    pub fn git_protocol(&self) -> Option<Cow<'a, str>> {
        self.git_member("protocol")
    }

    /// `git-upload-pack` (to the client) or `git-receive-pack` (from the client).
    pub fn git_action(&self) -> Option<Cow<'a, str>> {
        self.git_member("action")
    }

    /// `push`, `fetch` or `clone`: as GitLab says (which calls a fetch `pull`), else by the action, which cannot tell a clone from a fetch.
    pub fn git_verb(&self) -> Option<Cow<'a, str>> {
        if let Some(verb) = self.git_member("verb") {
            return Some(if verb == "pull" { Cow::Borrowed("fetch") } else { verb });
        }
        match &*self.git_action()? {
            "git-receive-pack" => Some(Cow::Borrowed("push")),
            "git-upload-pack" => Some(Cow::Borrowed("fetch")),
            _ => None,
        }
    }

    fn git_member(&self, name: &str) -> Option<Cow<'a, str>> {
        let in_details = self.value(Part::CustomMessage, name);
        in_details.or_else(|| find(self.value(Part::Event, "custom_message")?, name)).map(JsonValue::text)
    }
}
