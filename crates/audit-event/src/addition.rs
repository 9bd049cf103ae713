//! What we add to an event: its last member, `"_falco"`; the sender's own bytes stand before it unchanged.
use serde::Serialize;

use crate::finding::{Findings, no_findings};
use crate::plugin_error::PluginError;

/// What is known about an event beyond what it says itself.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
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
    /// Whose network its address is in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub network: Option<Network<'a>>,
    /// The names of the address lists that its address is on.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub address_lists: &'a [&'a str],
    /// How far its account has come since its last event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub travel: Option<Travel<'a>>,
    /// What the trackers found.
    #[serde(flatten, skip_serializing_if = "no_findings")]
    pub findings: Findings<'a>,
    /// What went wrong, where the event reports a problem of ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plugin_error: Option<PluginError<'a>>,
}

impl Addition<'_> {
    /// What is known of every event.
    pub const fn new(received_at: u64, origin: Origin) -> Self {
        Self {
            received_at,
            origin,
            instance: None,
            place: None,
            network: None,
            address_lists: &[],
            travel: None,
            findings: Findings(&[]),
            plugin_error: None,
        }
    }
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

impl Origin {
    /// As `gitlab.origin` has it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Webhook => "webhook",
            Self::File => "file",
            Self::Api => "api",
            Self::Stream => "stream",
        }
    }
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

/// The autonomous system that an address is announced by: a provider, a company, a cloud.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Network<'a> {
    /// Its number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asn: Option<u32>,
    /// Who runs it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization: Option<&'a str>,
}

/// The way of an account from the place of its event before to the place of this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Travel<'a> {
    /// Kilometres an hour that it takes at least.
    pub speed_kmh: u64,
    /// Kilometres that lie between at least.
    pub distance_km: u64,
    /// ISO 3166-1 alpha-2 code of the country it came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from_country: Option<&'a str>,
}

/// The name of the member that holds an addition.
pub(crate) const ADDITION: &str = "_falco";

/// The event `json`, one JSON object as [`events`](crate::events) yields it, with `addition` as its last member
/// `"_falco"`.
///
/// The last member of a name is the one that counts, so a `_falco` the sender wrote is never believed. What is no
/// object comes back as it is.
pub fn with_addition(json: &str, addition: &Addition<'_>) -> String {
    let Some(members) = json.trim_ascii_end().strip_suffix('}') else { return json.to_owned() };
    let separator = if members.trim_ascii() == "{" { "" } else { "," };
    // Most additions take 100 to 400 bytes, and what grows is copied.
    let mut event = Vec::with_capacity(members.len() + 512);
    for piece in [members, separator, "\"", ADDITION, "\":"] {
        event.extend_from_slice(piece.as_bytes());
    }
    serde_json::to_writer(&mut event, addition)
        .expect("strings and numbers always serialise, and memory can be written");
    event.push(b'}');
    String::from_utf8(event).expect("serde_json writes UTF-8")
}
