//! What we add to an event: its last member, `"_falco"`; the sender's own bytes stand before it unchanged.
use std::borrow::Cow;

use serde::Serialize;

use crate::event::AuditEvent;
use crate::event_index::Part;
use crate::json_value::JsonValue;
use crate::plugin_error::PluginError;

/// What is known about an event beyond what it says itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Addition<'a> {
    /// When it arrived, in nanoseconds since the Unix epoch.
    pub received_at: u64,
    /// How it arrived.
    pub origin: Origin,
    /// Which GitLab sent it: the name of the token it came with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance: Option<&'a str>,
    /// Where its address is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Place<'a>>,
    /// What went wrong, where the event reports a problem of ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plugin_error: Option<PluginError<'a>>,
}

/// How an event arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// Posted by GitLab's audit event streaming.
    Webhook,
    /// Read from a file.
    File,
    /// Fetched from GitLab's REST API.
    Api,
    /// Read from a stream, such as standard input.
    Stream,
}

/// Where an address is, as a GeoIP database tells it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Place<'a> {
    /// English name of the city.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub city: Option<&'a str>,
    /// English name of the country.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<&'a str>,
    /// ISO 3166-1 alpha-2 code of the country.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country_iso_code: Option<&'a str>,
    /// English name of the continent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub continent: Option<&'a str>,
}

/// The event `json`, one JSON object as [`events`](crate::events) yields it, with `addition` as its last member
/// `"_falco"`.
///
/// The last member of a name is the one that counts, so a `_falco` the sender wrote is never believed. What is no
/// object comes back as it is.
pub fn with_addition(json: &str, addition: &Addition<'_>) -> String {
    let Some(members) = json.trim_ascii_end().strip_suffix('}') else { return json.to_owned() };
    let addition = serde_json::to_string(addition).expect("strings and numbers always serialise");
    let separator = if members.trim_ascii() == "{" { "" } else { "," };
    let mut event = String::with_capacity(members.len() + addition.len() + 12);
    for piece in [members, separator, "\"_falco\":", &addition, "}"] {
        event.push_str(piece);
    }
    event
}

impl<'a> AuditEvent<'a> {
    /// When it arrived, in nanoseconds since the Unix epoch.
    pub fn received_at(&self) -> Option<u64> {
        self.value(Part::Addition, "received_at")?.json().parse().ok()
    }

    /// Nanoseconds between happening and arriving; none where a clock that is ahead makes it negative.
    pub fn delay(&self) -> Option<u64> {
        self.received_at()?.checked_sub(self.created_at()?)
    }

    /// How it arrived; see [`Origin`].
    pub fn origin(&self) -> Option<Cow<'a, str>> {
        self.value(Part::Addition, "origin").map(JsonValue::text)
    }

    /// Which GitLab sent it.
    pub fn instance(&self) -> Option<Cow<'a, str>> {
        self.value(Part::Addition, "instance").map(JsonValue::text)
    }

    /// The city of the event's address.
    pub fn city(&self) -> Option<Cow<'a, str>> {
        self.value(Part::Place, "city").map(JsonValue::text)
    }

    /// The country of the event's address.
    pub fn country(&self) -> Option<Cow<'a, str>> {
        self.value(Part::Place, "country").map(JsonValue::text)
    }

    /// The ISO 3166 code of the country of the event's address.
    pub fn country_iso_code(&self) -> Option<Cow<'a, str>> {
        self.value(Part::Place, "country_iso_code").map(JsonValue::text)
    }

    /// The continent of the event's address.
    pub fn continent(&self) -> Option<Cow<'a, str>> {
        self.value(Part::Place, "continent").map(JsonValue::text)
    }
}
