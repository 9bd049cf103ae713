//! The operator's settings: read from what Falco or falco.yaml gives, checked as a whole before anything starts.

mod duration;
mod error;
mod ignored;
mod key;
mod networks;
mod number;
mod reference;
mod schema;
mod secret;
mod table;

use std::path::PathBuf;
use std::time::Duration;

use enrich::{EnricherSettings, TrackerDeclaration};
pub use error::SettingsError;
pub use ignored::IgnoredEvents;
use intake::{AdminAddress, Listen, Networks, Secret};
pub use key::{Key, Kind};
pub use reference::markdown;
pub use schema::json_schema;
use serde_json::Value;
pub use table::KEYS;

/// What the operator has set, with defaults for the rest. The keys are described in [`KEYS`].
#[derive(Debug, Clone)]
pub struct Settings {
    /// `Listen`: where to receive events when the host gives no open parameters.
    pub listen: Option<Listen>,
    /// `UseHTTPS`: whether the default address is HTTPS on port 443 or HTTP on port 80.
    pub scheme: DefaultScheme,
    /// `AdminAddress`: where health and metrics are served; none for nowhere.
    pub admin_address: Option<AdminAddress>,
    /// `SecretsDir`: folder with `server.crt` and `server.key`.
    pub secrets_dir: Option<PathBuf>,
    /// `ClientCA`: file with the authorities of clients' certificates; with it, clients must show one.
    pub client_authority: Option<PathBuf>,
    /// `VerificationToken` and `VerificationTokens`: what senders prove themselves with.
    pub tokens: Vec<Token>,
    /// `AllowedSources`: where requests may come from; none for everywhere.
    pub allowed_sources: Option<Networks>,
    /// `TrustedProxies`: whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Networks,
    /// `MaxmindCityDBPath`: database for `gitlab.city`, `gitlab.country`, and so on.
    pub city_database: Option<PathBuf>,
    /// `MaxmindASNDBPath`: database for `gitlab.asn` and `gitlab.as_org`.
    pub asn_database: Option<PathBuf>,
    /// `AddressLists`: lists of addresses by name.
    pub address_lists: Vec<(String, PathBuf)>,
    /// `Trackers`, and the built-in ones that they do not replace.
    pub trackers: Vec<TrackerDeclaration>,
    /// `MaxEventSize`: largest request body, in bytes.
    pub max_event_size: usize,
    /// `MaxConnections`: most connections open at once.
    pub max_connections: usize,
    /// `MaxQueueSize`: most bytes of events that wait for the host.
    pub max_queue_size: usize,
    /// `StateDir`: folder for what must survive a restart.
    pub state_dir: Option<PathBuf>,
    /// `SpoolMaxBytes`: most bytes of the spool's files.
    pub spool_max_bytes: usize,
    /// `Ignore`: which events go no further.
    pub ignored_events: Option<IgnoredEvents>,
    /// `DeduplicationWindow`: how long a repetition is known as such; nothing if repetitions are welcome.
    pub deduplication_window: Duration,
    /// `MaxSilence`: how long an instance may send nothing before that is reported; none if it may do so for ever.
    pub max_silence: Option<Duration>,
    /// `Debug`: whether to log each request.
    pub debug: bool,
    /// `DebugJSON`: whether to log each event.
    pub debug_json: bool,
}

/// A verification token and the GitLab it belongs to.
#[derive(Debug, Clone)]
pub struct Token {
    /// `gitlab.instance` of the events that come with this token; none for the unnamed `VerificationToken`.
    pub instance: Option<String>,
    /// What the sender must present.
    pub secret: Secret,
}

/// What an address without a scheme means; see `UseHTTPS`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DefaultScheme {
    /// HTTPS, port 443.
    Https,
    /// HTTP, port 80.
    Http,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            listen: None,
            scheme: DefaultScheme::Https,
            admin_address: None,
            secrets_dir: None,
            client_authority: None,
            tokens: Vec::new(),
            allowed_sources: None,
            trusted_proxies: Networks::default(),
            city_database: None,
            asn_database: None,
            address_lists: Vec::new(),
            trackers: enrich::with_builtin(Vec::new()),
            max_event_size: table::MAX_EVENT_SIZE.default,
            max_connections: table::MAX_CONNECTIONS.default,
            max_queue_size: table::MAX_QUEUE_SIZE.default,
            state_dir: None,
            spool_max_bytes: table::SPOOL_MAX_BYTES.default,
            ignored_events: None,
            deduplication_window: table::DEFAULT_DEDUPLICATION_WINDOW,
            max_silence: None,
            debug: false,
            debug_json: false,
        }
    }
}

impl Settings {
    /// What events of a live stream are enriched with.
    pub fn enricher(&self) -> EnricherSettings {
        EnricherSettings {
            city_database: self.city_database.clone(),
            asn_database: self.asn_database.clone(),
            address_lists: self.address_lists.clone(),
            trackers: self.trackers.clone(),
            state_dir: self.state_dir.clone(),
        }
    }

    /// What events of files are enriched with: reading old events again must neither see nor change what the stream of
    /// today has taught.
    pub fn enricher_of_files(&self) -> EnricherSettings {
        EnricherSettings { state_dir: None, ..self.enricher() }
    }

    /// Reads `init_config` as Falco hands it to a plugin: nothing, the text `null`, or a JSON object
    /// ("Falco as a host", section Configuration: an absent or empty value arrives as the empty string, `{}` as `null`).
    pub fn from_init_config(text: &str) -> Result<Self, SettingsError> {
        if text.trim().is_empty() {
            return Ok(Self::default());
        }
        let value = serde_json::from_str(text).map_err(|cause| SettingsError::NotJson { cause: cause.to_string() })?;
        Self::from_value(&value)
    }

    /// Reads the same settings from a value that is parsed already.
    ///
    /// A string is taken too, because Falco passes a block string in falco.yaml through as it is: it must hold JSON.
    pub fn from_value(value: &Value) -> Result<Self, SettingsError> {
        let members = match value {
            Value::Null => return Ok(Self::default()),
            Value::Object(members) => members,
            Value::String(text) => {
                return match serde_json::from_str(text) {
                    Ok(Value::String(_)) => Err(SettingsError::NotAnObject { found: "a string" }),
                    Ok(value) => Self::from_value(&value),
                    Err(cause) => Err(SettingsError::NotJson { cause: cause.to_string() }),
                };
            }
            other => return Err(SettingsError::NotAnObject { found: error::type_name(other) }),
        };
        let mut settings = Self::default();
        for (name, value) in members {
            let key = table::find(name)?;
            if !value.is_null() {
                (key.read)(&mut settings, value).map_err(|problem| SettingsError::value(key, value, problem))?;
            }
        }
        Ok(settings)
    }
}

#[cfg(test)]
mod tests;
