//! What there is to say of a configuration key, and what kinds of values keys hold.

use serde_json::Value;

use super::Settings;
use super::duration::DurationRange;
use super::error::Problem;
use super::number::NumberRange;

/// One configuration key.
#[derive(Debug)]
pub struct Key {
    /// As it is written in falco.yaml.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// What holds when it is not given, in words.
    pub default: &'static str,
    /// What it does.
    pub description: &'static str,
    pub(super) read: fn(&mut Settings, &Value) -> Result<(), Problem>,
}

/// What a key holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `true` or `false`.
    Switch,
    /// A path in the file system.
    Path,
    /// An address to listen on.
    Url,
    /// A secret, or `file:/path` or `env:NAME` where it is.
    Secret,
    /// Secrets by name.
    Secrets,
    /// Paths by name.
    Paths,
    /// A list of trackers.
    Trackers,
    /// Networks and addresses.
    Networks,
    /// A condition in Falco's rule language.
    Condition,
    /// A number of bytes within a range.
    Size(NumberRange),
    /// A number of things within a range.
    Count(NumberRange),
    /// A span of time within a range.
    Duration(DurationRange),
}

impl Kind {
    /// What to write, for messages and documentation.
    pub fn describe(self) -> &'static str {
        match self {
            Self::Switch => "true or false",
            Self::Path => "a path",
            Self::Url => "a URL",
            Self::Secret => "a secret, file:/path or env:NAME",
            Self::Secrets => "an object of names and secrets",
            Self::Paths => "an object of names and paths",
            Self::Trackers => "a list of trackers",
            Self::Networks => "a list of networks and addresses",
            Self::Condition => "a Falco condition",
            Self::Size(_) => "a number of bytes",
            Self::Count(_) => "a number",
            Self::Duration(_) => "a span of time such as 90s, 10m or 30d",
        }
    }
}
