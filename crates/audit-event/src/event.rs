//! A GitLab audit event as values: which key holds what, and where else to look in older and other shapes.
use std::borrow::Cow;
use std::net::IpAddr;

use crate::addition::Addition;
use crate::address::first_address;
use crate::address_class::AddressClass;
use crate::event_index::{EventIndex, Part};
use crate::json_members::find;
use crate::json_value::JsonValue;

/// A view of one event: its text and where everything is in it.
///
/// Absent is absent: a missing member and `null` give no value, an empty string is a value, save where GitLab means
/// "unknown" by it (`ip_address`) or "none" (`event_type`). Any member may be of any JSON type; see the field table for
/// how it reads as text.
#[derive(Clone, Copy, Debug)]
pub struct AuditEvent<'a> {
    json: &'a str,
    index: &'a EventIndex,
    /// What will be spliced in, where that is still to be done.
    addition: Option<&'a Addition<'a>>,
}

impl<'a> AuditEvent<'a> {
    pub(crate) fn new(json: &'a str, index: &'a EventIndex) -> Self {
        Self { json, index, addition: None }
    }

    /// The same event as it would be with this addition spliced in: its fields can be read without that being done.
    #[must_use]
    pub fn with(self, addition: &'a Addition<'a>) -> Self {
        Self { addition: Some(addition), ..self }
    }

    pub(crate) fn addition(&self) -> Option<&'a Addition<'a>> {
        self.addition
    }

    /// The event's text, verbatim.
    pub fn json(&self) -> &'a str {
        self.json
    }

    pub(crate) fn value(&self, part: Part, name: &str) -> Option<JsonValue<'a>> {
        self.index.value(self.json, part, name)
    }

    /// Of the event, else of its `details`: REST records have author, entity and target only there.
    pub(crate) fn of_event(&self, name: &str) -> Option<JsonValue<'a>> {
        self.value(Part::Event, name).or_else(|| self.value(Part::Details, name))
    }

    /// Of `details`, else of the event: lines of `audit_json.log` have the members of `details` at the top level.
    pub(crate) fn of_details(&self, name: &str) -> Option<JsonValue<'a>> {
        self.value(Part::Details, name).or_else(|| self.value(Part::Event, name))
    }

    /// `id`: a number, or a UUID for streaming-only events.
    pub fn id(&self) -> Option<Cow<'a, str>> {
        self.value(Part::Event, "id").map(JsonValue::text)
    }

    /// `stream_id`, which GitLab 19 gives each event once; its `id` may differ from send to send.
    pub fn stream_id(&self) -> Option<Cow<'a, str>> {
        self.value(Part::Event, "stream_id").map(JsonValue::text)
    }

    /// The event's text before and after the value of `id`: what stays when the same event is sent again under another
    /// one. Without an `id`, the whole text and nothing.
    pub fn json_around_id(&self) -> (&'a str, &'a str) {
        let parts = self
            .index
            .span(self.json, Part::Event, "id")
            .and_then(|span| Some((self.json.get(..span.start as usize)?, self.json.get(span.end as usize..)?)));
        parts.unwrap_or((self.json, ""))
    }

    /// `event_type`, else `event_name` (REST records), else `details.event_name`. GitLab calls a blank type none.
    pub fn event_type(&self) -> Option<Cow<'a, str>> {
        [(Part::Event, "event_type"), (Part::Event, "event_name"), (Part::Details, "event_name")]
            .into_iter()
            .filter_map(|(part, name)| self.value(part, name))
            .map(JsonValue::text)
            .find(|event_type| !event_type.is_empty())
    }

    /// When it happened, in nanoseconds since the Unix epoch: `created_at`, else `time`; none where neither is an RFC
    /// 3339 time.
    pub fn created_at(&self) -> Option<u64> {
        [(Part::Event, "created_at"), (Part::Event, "time")]
            .into_iter()
            .filter_map(|(part, name)| self.value(part, name)?.string())
            .find_map(|time| crate::timestamp::nanoseconds(&time))
    }

    /// `created_at`, else `time`, as written.
    pub fn created_at_text(&self) -> Option<Cow<'a, str>> {
        self.value(Part::Event, "created_at").or_else(|| self.value(Part::Event, "time")).map(JsonValue::text)
    }

    /// Who did it: a user's id; `-1` nobody signed in or GitLab itself, `-2` a deploy token, `-3` a deploy key.
    pub fn author_id(&self) -> Option<Cow<'a, str>> {
        self.of_event("author_id").map(JsonValue::text)
    }

    /// The author's display name; for a failed sign-in to an unknown account, whatever was typed as user name.
    pub fn author_name(&self) -> Option<Cow<'a, str>> {
        self.of_event("author_name").map(JsonValue::text)
    }

    /// The author's e-mail address, which only the REST API gives.
    pub fn author_email(&self) -> Option<Cow<'a, str>> {
        self.of_event("author_email").map(JsonValue::text)
    }

    /// GitLab's class of the author, such as `User` or `DeployKey`.
    pub fn author_class(&self) -> Option<Cow<'a, str>> {
        self.of_event("author_class").map(JsonValue::text)
    }

    /// What it happened in: `User`, `Group`, `Project` or `Gitlab::Audit::InstanceScope`.
    pub fn entity_type(&self) -> Option<Cow<'a, str>> {
        self.of_event("entity_type").map(JsonValue::text)
    }

    /// The id of what it happened in.
    pub fn entity_id(&self) -> Option<Cow<'a, str>> {
        self.of_event("entity_id").map(JsonValue::text)
    }

    /// The full path of the group or project, the user name, or `gitlab_instance`.
    pub fn entity_path(&self) -> Option<Cow<'a, str>> {
        self.of_event("entity_path").map(JsonValue::text)
    }

    /// GitLab's class of what it was done to.
    pub fn target_type(&self) -> Option<Cow<'a, str>> {
        self.of_event("target_type").map(JsonValue::text)
    }

    /// The id of what it was done to; a path in very old records.
    pub fn target_id(&self) -> Option<Cow<'a, str>> {
        self.of_event("target_id").map(JsonValue::text)
    }

    /// The name of what it was done to, or JSON where GitLab sends an object.
    pub fn target_details(&self) -> Option<Cow<'a, str>> {
        self.of_event("target_details").map(JsonValue::text)
    }

    /// `ip_address` as sent, which behind proxies is a comma list. GitLab writes `""` where it knows none.
    pub fn ip_address(&self) -> Option<Cow<'a, str>> {
        [(Part::Details, "ip_address"), (Part::Event, "ip_address"), (Part::Event, "meta.remote_ip")]
            .into_iter()
            .filter_map(|(part, name)| self.value(part, name))
            .map(JsonValue::text)
            .find(|address| !address.is_empty())
    }

    /// The first address of [`ip_address`](Self::ip_address).
    pub fn address(&self) -> Option<IpAddr> {
        first_address(&self.ip_address()?)
    }

    /// What kind of address [`address`](Self::address) is.
    pub fn address_class(&self) -> Option<AddressClass> {
        self.address().map(AddressClass::of)
    }

    /// What happened, in GitLab's words; JSON where it is an object, as for Git operations.
    pub fn custom_message(&self) -> Option<Cow<'a, str>> {
        self.of_details("custom_message").map(JsonValue::text)
    }

    /// How a failed sign-in was tried.
    pub fn failed_login(&self) -> Option<Cow<'a, str>> {
        self.of_details("failed_login").map(JsonValue::text)
    }

    /// How somebody signed in.
    pub fn auth_method(&self) -> Option<Cow<'a, str>> {
        self.of_details("with").map(JsonValue::text)
    }

    /// The role of a member.
    pub fn role(&self) -> Option<Cow<'a, str>> {
        self.of_details("as").map(JsonValue::text)
    }

    /// The member of `details` that `path` names: dots go deeper, a key that itself holds the dots comes first.
    ///
    /// An event without `details`, as a line of `audit_json.log`, has its members at the top level.
    pub fn details(&self, path: &str) -> Option<Cow<'a, str>> {
        let part = if self.value(Part::Event, "details").is_some() { Part::Details } else { Part::Event };
        let member = |name| if part == Part::Event && name == "_falco" { None } else { self.value(part, name) };
        member(path).map(JsonValue::text).or_else(|| {
            let (head, deeper) = path.split_once('.')?;
            find(member(head)?, deeper).map(JsonValue::text)
        })
    }
}
