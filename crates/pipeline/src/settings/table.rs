//! The one table of configuration keys: the reader, the JSON schema and the documentation come from it.

use std::path::PathBuf;
use std::time::Duration;

use falco_rules::nearest;
use intake::{AdminAddress, Listen};
use serde_json::Value;

use super::duration::{DurationRange, duration};
use super::error::Problem;
use super::ignored::ignored_events;
use super::key::{Key, Kind};
use super::networks::networks;
use super::number::{NumberRange, count, size};
use super::secret::{secret, text};
use super::{DefaultScheme, SettingsError, Token};

/// Limits of `MaxEventSize`. GitLab itself never sends more than 25 MiB (its JSON encoder's cap).
pub(super) const MAX_EVENT_SIZE: NumberRange = NumberRange { default: 25 << 20, least: 64 << 10, most: 256 << 20 };

/// Limits of `MaxConnections`. With fewer than the least, one sender that is slow would hold up all others.
pub(super) const MAX_CONNECTIONS: NumberRange = NumberRange { default: 1024, least: 16, most: 65_536 };

/// Limits of `MaxQueueSize`.
pub(super) const MAX_QUEUE_SIZE: NumberRange = NumberRange { default: 64 << 20, least: 1 << 20, most: 16 << 30 };

/// Limits of `SpoolMaxBytes`. The least holds two events of the largest size that `MaxEventSize` has by default.
pub(super) const SPOOL_MAX_BYTES: NumberRange = NumberRange { default: 1 << 30, least: 64 << 20, most: 1 << 40 };

/// Limits of `DeduplicationWindow`.
const DEDUPLICATION_WINDOW: DurationRange = DurationRange { least: Duration::ZERO, most: Duration::from_hours(7 * 24) };

/// Long enough for what GitLab repeats: the retries of a failed job come within minutes, those of a process that died within
/// about an hour.
pub(super) const DEFAULT_DEDUPLICATION_WINDOW: Duration = Duration::from_hours(1);

/// Limits of `MaxSilence`. Less than some seconds is how far apart events always are.
const MAX_SILENCE: DurationRange =
    DurationRange { least: Duration::from_secs(10), most: Duration::from_hours(365 * 24) };

/// All configuration keys, in the order of the documentation.
pub const KEYS: &[Key] = &[
    Key {
        name: "VerificationToken",
        kind: Kind::Secret,
        default: "none; required to receive events over HTTP",
        description: "Verification token of the streaming destination, as GitLab shows it. A post without it is refused.",
        read: |settings, value| {
            settings.tokens.push(Token { instance: None, secret: secret(value)? });
            Ok(())
        },
    },
    Key {
        name: "VerificationTokens",
        kind: Kind::Secrets,
        default: "none",
        description: "Several tokens at once, each under the name that events sent with it carry as `gitlab.instance`: \
                      one for each GitLab or group, or the old and the new one while a token is being changed.",
        read: |settings, value| {
            let Value::Object(tokens) = value else { return Err(Problem::WrongType) };
            for (name, value) in tokens {
                let secret = secret(value).map_err(|problem| match problem {
                    Problem::Because(text) => Problem::Because(format!("{name}: {text}")),
                    other => other,
                })?;
                settings.tokens.push(Token { instance: Some(name.clone()), secret });
            }
            Ok(())
        },
    },
    Key {
        name: "AllowedSources",
        kind: Kind::Networks,
        default: "none; requests from everywhere are looked at",
        description: "Networks that requests may come from, such as `[10.0.0.0/8, 2001:db8::/32]`; the name `gitlab.com` \
                      stands for the ranges that GitLab.com publishes. A request from elsewhere is answered 403 before \
                      its token is looked at; over HTTPS the connection is closed before the handshake, unless it comes from one of \
                      `TrustedProxies`.",
        read: |settings, value| {
            settings.allowed_sources = Some(networks(value)?);
            Ok(())
        },
    },
    Key {
        name: "TrustedProxies",
        kind: Kind::Networks,
        default: "none; `X-Forwarded-For` is ignored",
        description: "Networks of the reverse proxies in front. The last address in their `X-Forwarded-For` that is no \
                      trusted proxy itself counts as the sender's.",
        read: |settings, value| {
            settings.trusted_proxies = networks(value)?;
            Ok(())
        },
    },
    Key {
        name: "Listen",
        kind: Kind::Url,
        default: "port 443 (UseHTTPS: true) or 80, every address, every path",
        description: "Where to receive events, as a URL: `http://:8765/gitlab`, `https://10.0.0.5:8443`. Falco's \
                      `open_params` say the same and win. Without a path every path is served.",
        read: |settings, value| {
            let listen = text(value)?.parse::<Listen>().map_err(|error| Problem::Because(error.to_string()))?;
            settings.listen = Some(listen);
            Ok(())
        },
    },
    Key {
        name: "UseHTTPS",
        kind: Kind::Switch,
        default: "true",
        description: "Whether to serve HTTPS on port 443 or HTTP on port 80 where neither `open_params` nor `Listen` give a URL.",
        read: |settings, value| {
            settings.scheme = if switch(value)? { DefaultScheme::Https } else { DefaultScheme::Http };
            Ok(())
        },
    },
    Key {
        name: "SecretsDir",
        kind: Kind::Path,
        default: "none; required for HTTPS",
        description: "Folder with the certificate chain `server.crt` and its key `server.key`, both PEM. Changed files are taken over \
                      while running, once they fit.",
        read: |settings, value| path(value, &mut settings.secrets_dir),
    },
    Key {
        name: "ClientCA",
        kind: Kind::Path,
        default: "none; clients need no certificate",
        description: "PEM file with certificates of authorities. With it, who connects must show a client certificate that \
                      one of them has signed, besides the token. HTTPS only.",
        read: |settings, value| path(value, &mut settings.client_authority),
    },
    Key {
        name: "MaxmindCityDBPath",
        kind: Kind::Path,
        default: "none; events have no place then",
        description: "City database in MaxMind's format (GeoLite2-City, GeoIP2-City, DB-IP, IPinfo) for `gitlab.city`, `gitlab.country`, \
                      `gitlab.countryisocode`, `gitlab.continent` and `gitlab.travel.*`. A missing or unfit file is reported; events \
                      flow all the same. A replaced file is taken over within seconds.",
        read: |settings, value| path(value, &mut settings.city_database),
    },
    Key {
        name: "MaxmindASNDBPath",
        kind: Kind::Path,
        default: "none; events have no autonomous system then",
        description: "ASN database in the same format (GeoLite2-ASN, DB-IP, IPinfo) for `gitlab.asn` and `gitlab.as_org`.",
        read: |settings, value| path(value, &mut settings.asn_database),
    },
    Key {
        name: "AddressLists",
        kind: Kind::Paths,
        default: "none",
        description: "Lists of addresses, each a file with one address or network a line (`#` and `;` begin a comment), by the \
                      name that `gitlab.ip.lists` has for addresses on it. A replaced file is taken over within seconds; one with \
                      a mistake is reported with its line, and the list before stays.",
        read: |settings, value| {
            let Value::Object(lists) = value else { return Err(Problem::WrongType) };
            for (name, value) in lists {
                settings.address_lists.push((name.clone(), PathBuf::from(text(value)?)));
            }
            Ok(())
        },
    },
    Key {
        name: "Trackers",
        kind: Kind::Trackers,
        default: "the built-in ones",
        description: "What to remember from event to event, for `gitlab.count[NAME]`, `gitlab.first_seen[NAME]`, \
                      `gitlab.sequence[NAME]` and `gitlab.session[NAME]`; see [trackers](trackers.md). One with the name of a built-in \
                      tracker replaces it.",
        read: |settings, value| {
            let trackers = enrich::read_trackers(value).map_err(|error| Problem::Because(error.to_string()))?;
            settings.trackers = enrich::with_builtin(trackers);
            Ok(())
        },
    },
    Key {
        name: "MaxEventSize",
        kind: Kind::Size(MAX_EVENT_SIZE),
        default: "26214400 (25 MiB, GitLab's own limit)",
        description: "Largest request body. A larger one is answered 413 and reported.",
        read: |settings, value| {
            settings.max_event_size = size(value, MAX_EVENT_SIZE)?;
            Ok(())
        },
    },
    Key {
        name: "MaxConnections",
        kind: Kind::Count(MAX_CONNECTIONS),
        default: "1024",
        description: "Most connections open at once, and at most three quarters of the files that the process may open (`ulimit -n`). Further ones wait for their turn, and while few are left, \
                      those that say nothing are closed after a second.",
        read: |settings, value| {
            settings.max_connections = count(value, MAX_CONNECTIONS)?;
            Ok(())
        },
    },
    Key {
        name: "MaxQueueSize",
        kind: Kind::Size(MAX_QUEUE_SIZE),
        default: "67108864 (64 MiB)",
        description: "Most bytes of events that wait in memory while Falco is busy. When it is reached and there is no \
                      `StateDir`, events are let go, the least valuable first, counted and reported.",
        read: |settings, value| {
            settings.max_queue_size = size(value, MAX_QUEUE_SIZE)?;
            Ok(())
        },
    },
    Key {
        name: "StateDir",
        kind: Kind::Path,
        default: "none; events wait in memory only, trackers begin anew at each start",
        description: "Folder for what must survive a restart or a crash, used by one process alone. With it, an event is on the \
                      disk before GitLab gets its answer, and is delivered after a crash; see [durability](durability.md). What \
                      trackers remember is kept there too, written every minute and at the end.",
        read: |settings, value| path(value, &mut settings.state_dir),
    },
    Key {
        name: "SpoolMaxBytes",
        kind: Kind::Size(SPOOL_MAX_BYTES),
        default: "1073741824 (1 GiB)",
        description: "Most bytes that events take in `StateDir`. When it is reached, events are let go, the least valuable \
                      first, counted and reported.",
        read: |settings, value| {
            settings.spool_max_bytes = size(value, SPOOL_MAX_BYTES)?;
            Ok(())
        },
    },
    Key {
        name: "Ignore",
        kind: Kind::Condition,
        default: "none; every event is handed on",
        description: "Condition in Falco's rule language for events that nobody wants, such as \
                      `gitlab.event_type = user_authenticated_using_job_token`. They are answered (or read), counted and go no further: no rule and \
                      no tracker sees them. It can use what GitLab sent and `gitlab.instance`, nothing that is looked up later.",
        read: |settings, value| {
            settings.ignored_events = ignored_events(value)?;
            Ok(())
        },
    },
    Key {
        name: "DeduplicationWindow",
        kind: Kind::Duration(DEDUPLICATION_WINDOW),
        default: "1h",
        description: "How long an event is remembered, so that it is left out when the same GitLab sends it again, byte for byte: \
                      after a crash, or because a group's and the instance's destination both point here. Repetitions are answered \
                      and counted. `0s` takes every one for a new event.",
        read: |settings, value| {
            settings.deduplication_window = duration(value, DEDUPLICATION_WINDOW)?;
            Ok(())
        },
    },
    Key {
        name: "AdminAddress",
        kind: Kind::Url,
        default: "none; health and metrics are not served",
        description: "Where to serve `/healthz`, `/readyz` and `/metrics` (Prometheus), as `127.0.0.1:9090` or a URL. Plain \
                      HTTP without authentication, so a private address.",
        read: |settings, value| {
            let text = text(value)?;
            // As with paths, an unused key may be left empty.
            settings.admin_address = match text.as_str() {
                "" => None,
                text => Some(text.parse::<AdminAddress>().map_err(|error| Problem::Because(error.to_string()))?),
            };
            Ok(())
        },
    },
    Key {
        name: "MaxSilence",
        kind: Kind::Duration(MAX_SILENCE),
        default: "none; silence is not reported",
        description: "How long a GitLab may send nothing before an event of type `pluginerror` and kind `stream_silent` \
                      names it, and again after each further span. Each name in `VerificationTokens` is watched for itself, and \
                      files that are followed are watched as one.",
        read: |settings, value| {
            settings.max_silence = Some(duration(value, MAX_SILENCE)?);
            Ok(())
        },
    },
    Key {
        name: "Debug",
        kind: Kind::Switch,
        default: "false",
        description: "Logs each request: where it came from, how it was answered and, where it was read, how large it was. Never a token.",
        read: |settings, value| {
            settings.debug = switch(value)?;
            Ok(())
        },
    },
    Key {
        name: "DebugJSON",
        kind: Kind::Switch,
        default: "false",
        description: "Logs each event as it is handed to the host, except failed sign-ins to unknown accounts, whose \
                      user name may be a mistyped password.",
        read: |settings, value| {
            settings.debug_json = switch(value)?;
            Ok(())
        },
    },
];

/// The key of that name, or an error that names the nearest one.
pub(super) fn find(name: &str) -> Result<&'static Key, SettingsError> {
    KEYS.iter().find(|key| key.name == name).ok_or_else(|| SettingsError::UnknownKey {
        key: name.escape_debug().take(64).collect(),
        nearest: nearest(name, KEYS.iter().map(|key| key.name)).map(str::to_owned),
    })
}

/// `true` and `false`, also as the strings of another YAML reader: to Falco's, `yes` and `on` are booleans too.
fn switch(value: &Value) -> Result<bool, Problem> {
    match value {
        Value::Bool(value) => Ok(*value),
        Value::String(text) => match text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" => Ok(true),
            "false" | "no" | "off" => Ok(false),
            _ => Err(Problem::WrongType),
        },
        _ => Err(Problem::WrongType),
    }
}

fn path(value: &Value, place: &mut Option<PathBuf>) -> Result<(), Problem> {
    let text = text(value)?;
    // The Go plugin's sample configuration leaves unused paths empty.
    *place = (!text.is_empty()).then(|| PathBuf::from(text));
    Ok(())
}
