//! One case: which host, how events are posted to it, and what it does with them.

use std::num::NonZeroU32;

use serde::Serialize;

/// What is measured, under a name that stays.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    pub(crate) host: HostKind,
    pub(crate) connection: ConnectionKind,
    pub(crate) transport: Transport,
    pub(crate) events_per_request: u32,
    pub(crate) rules: RuleChoice,
    pub(crate) alerts: Alerts,
    pub(crate) people: People,
    pub(crate) spool: Spool,
    pub(crate) token: Token,
    pub(crate) pace: Pace,
    /// What the Go plugin did inside Falco in the like case.
    pub(crate) go_plugin: Option<GoPlugin>,
    /// The case that shows what the libraries alone reach.
    pub(crate) ceiling: Option<&'static str>,
}

/// What receives the events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum HostKind {
    /// `falco-gitlab run`.
    Standalone,
    /// The plugin in `falco_plugin_runner`, with 24 fields taken of each event. It is the one that is linked into this program.
    Plugin,
    /// A real Falco with whatever plugin its configuration names.
    Falco,
    /// hyper alone, which answers 200.
    BareHttp,
    /// rustls alone, which answers 200.
    BareTls,
}

/// How long a connection lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ConnectionKind {
    /// One connection for all requests of a sender.
    KeepAlive,
    /// A new one for each request, as GitLab does.
    New,
}

/// What carries HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Transport {
    Plain,
    /// TLS 1.3.
    Tls(Key, Handshake),
}

/// What the host's certificate is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Key {
    /// On the curve P-256.
    Ecdsa,
    /// Of 2048 bits.
    Rsa,
}

/// How connections after a sender's first begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Handshake {
    /// As the first one.
    Full,
    /// With the ticket of the one before.
    Resumed,
}

/// Which rules the host matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RuleChoice {
    /// An empty file.
    None,
    /// One, which matches nothing but the events that are there to be matched.
    One,
    /// That one and 25 more, each for another event type, as the Go plugin has them.
    TwentyFive,
    /// That one and all that are shipped.
    Shipped,
}

/// Which events raise an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Alerts {
    /// One in so many, to see that events arrive and when.
    OneIn(NonZeroU32),
    Every,
}

impl Alerts {
    /// Where many events come.
    pub(crate) const ONE_IN_A_THOUSAND: Self = Self::one_in(1_000);

    pub(crate) const fn one_in(interval: u32) -> Self {
        Self::OneIn(NonZeroU32::new(interval).expect("an interval is not 0"))
    }
}

/// Whose events they are, which decides on what trackers have to remember.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum People {
    /// A thousand, whom trackers know soon.
    Few,
    /// As many as there are different events: trackers get a new key from nearly each.
    Many,
}

/// Whether events are kept on the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spool {
    Off,
    On,
}

/// What the sender shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Token {
    Right,
    Wrong,
}

/// When requests are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pace {
    /// Each connection sends its next request when it has the answer to the last.
    AsFastAsAnswered,
    /// At fixed times, whatever the answers do; a request that had to wait counts from when it should have been sent.
    PerSecond(NonZeroU32),
    /// Nothing is sent.
    Idle,
}

/// Recorded figures of the Go plugin inside Falco, in events a second.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(crate) struct GoPlugin {
    pub(crate) as_shipped: f64,
    /// With its SDK's busy-waiting turned off.
    pub(crate) at_its_best: f64,
}

impl Case {
    /// The usual case, of which the others are variations.
    pub(crate) const fn new(name: &'static str, about: &'static str) -> Self {
        Self {
            name,
            about,
            host: HostKind::Standalone,
            connection: ConnectionKind::KeepAlive,
            transport: Transport::Plain,
            events_per_request: 1,
            rules: RuleChoice::One,
            alerts: Alerts::ONE_IN_A_THOUSAND,
            people: People::Few,
            spool: Spool::Off,
            token: Token::Right,
            pace: Pace::AsFastAsAnswered,
            go_plugin: None,
            ceiling: None,
        }
    }

    /// The same with Falco as the host, if that says anything: Falco's own configuration decides on TLS and the spool.
    pub(crate) fn for_falco(&self) -> Option<Self> {
        let fits = self.host == HostKind::Standalone && self.transport == Transport::Plain && self.spool == Spool::Off;
        // The recorded figures of the Go plugin stand beside ours; in a Falco either may be measured itself.
        fits.then_some(Self { host: HostKind::Falco, go_plugin: None, ..*self })
    }
}
