//! The cases that `bench load` knows.

use std::num::NonZeroU32;

use crate::case::{
    Alerts, Case, ConnectionKind, GoPlugin, Handshake, HostKind, Key, Pace, People, RuleChoice, Spool, Token, Transport,
};

const NO_MATCH: Option<GoPlugin> = Some(GoPlugin { as_shipped: 9_100.0, at_its_best: 16_600.0 });
const EVERY_EVENT: Option<GoPlugin> = Some(GoPlugin { as_shipped: 1_400.0, at_its_best: 4_700.0 });

/// Where so few events come in the time that one in a thousand would not make a p99.
const MANY_MARKERS: Alerts = Alerts::one_in(20);

const THOUSAND: Pace = Pace::PerSecond(NonZeroU32::new(1_000).expect("it is not 0"));

/// All cases, in the order in which they are measured: what is compared stands side by side.
pub(crate) const CASES: &[Case] = &[
    Case {
        go_plugin: NO_MATCH,
        ceiling: Some("bare-http"),
        ..Case::new("keep-alive", "one event a request, a rule that does not match")
    },
    bare(
        "bare-http",
        "hyper alone, keep-alive: a ceiling",
        HostKind::BareHttp,
        ConnectionKind::KeepAlive,
        Transport::Plain,
    ),
    Case {
        spool: Spool::On,
        ..Case::new("keep-alive-spool", "as keep-alive, with StateDir: on the disk before the answer")
    },
    Case { rules: RuleChoice::None, ..Case::new("keep-alive-no-rules", "one event a request, no rules") },
    Case { rules: RuleChoice::TwentyFive, ..Case::new("keep-alive-25-rules", "one event a request, 25 rules") },
    Case { rules: RuleChoice::Shipped, ..Case::new("keep-alive-all-rules", "one event a request, all shipped rules") },
    Case {
        alerts: Alerts::Every,
        go_plugin: EVERY_EVENT,
        ..Case::new("every-event-alerts", "one event a request, each raises an alert with three fields, as JSON")
    },
    Case { events_per_request: 100, ..Case::new("batch", "100 events a request, a rule that does not match") },
    Case {
        events_per_request: 100,
        rules: RuleChoice::Shipped,
        ..Case::new("batch-all-rules", "100 events a request, all shipped rules")
    },
    Case {
        events_per_request: 100,
        spool: Spool::On,
        ..Case::new("batch-spool", "as batch, with StateDir: on the disk before the answer")
    },
    Case {
        pace: THOUSAND,
        rules: RuleChoice::Shipped,
        alerts: Alerts::Every,
        ..Case::new(
            "thousand-a-second",
            "1,000 events a second at fixed times, each raises an alert, all shipped rules",
        )
    },
    Case {
        connection: ConnectionKind::New,
        alerts: MANY_MARKERS,
        ceiling: Some("bare-http-new"),
        ..Case::new("new-connection", "a new plain connection for each event")
    },
    bare(
        "bare-http-new",
        "hyper alone, a new connection for each event",
        HostKind::BareHttp,
        ConnectionKind::New,
        Transport::Plain,
    ),
    tls(
        "new-tls-ecdsa",
        "bare-tls-ecdsa",
        "a new TLS 1.3 connection for each event, ECDSA P-256",
        Key::Ecdsa,
        Handshake::Full,
    ),
    bare_tls("bare-tls-ecdsa", "rustls alone, ECDSA P-256", Key::Ecdsa, Handshake::Full),
    tls("new-tls-rsa", "bare-tls-rsa", "a new TLS 1.3 connection for each event, RSA 2048", Key::Rsa, Handshake::Full),
    bare_tls("bare-tls-rsa", "rustls alone, RSA 2048", Key::Rsa, Handshake::Full),
    tls(
        "new-tls-tickets",
        "bare-tls-tickets",
        "a new TLS 1.3 connection for each event, with tickets",
        Key::Ecdsa,
        Handshake::Resumed,
    ),
    bare_tls("bare-tls-tickets", "rustls alone, with tickets", Key::Ecdsa, Handshake::Resumed),
    Case { host: HostKind::Plugin, ..Case::new("plugin", "the plugin, 24 fields taken of each event") },
    Case {
        host: HostKind::Plugin,
        alerts: Alerts::Every,
        ..Case::new("plugin-every-event-alerts", "the plugin, each event is one to be printed")
    },
    Case {
        host: HostKind::Plugin,
        events_per_request: 100,
        ..Case::new("plugin-batch", "the plugin, 100 events a request")
    },
    Case {
        host: HostKind::Plugin,
        spool: Spool::On,
        alerts: MANY_MARKERS,
        ..Case::new("plugin-spool", "the plugin, with StateDir")
    },
    Case {
        host: HostKind::Plugin,
        events_per_request: 100,
        spool: Spool::On,
        people: People::Many,
        ..Case::new("plugin-batch-spool", "the plugin, 100 events a request of 50,000 people, with StateDir")
    },
    Case {
        token: Token::Wrong,
        ..Case::new("wrong-token", "one event a request, with a wrong token; such senders are answered late on purpose")
    },
    Case { pace: Pace::Idle, rules: RuleChoice::Shipped, ..Case::new("idle", "nothing is sent, all shipped rules") },
    Case { host: HostKind::Plugin, pace: Pace::Idle, ..Case::new("plugin-idle", "the plugin, nothing is sent") },
];

const fn tls(name: &'static str, ceiling: &'static str, about: &'static str, key: Key, handshake: Handshake) -> Case {
    let transport = Transport::Tls(key, handshake);
    let alerts = MANY_MARKERS;
    Case { connection: ConnectionKind::New, transport, alerts, ceiling: Some(ceiling), ..Case::new(name, about) }
}

const fn bare(
    name: &'static str,
    about: &'static str,
    host: HostKind,
    connection: ConnectionKind,
    transport: Transport,
) -> Case {
    // Nothing alerts there, but the bytes are those of the case that it is the ceiling of.
    let alerts = match connection {
        ConnectionKind::KeepAlive => Alerts::ONE_IN_A_THOUSAND,
        ConnectionKind::New => MANY_MARKERS,
    };
    Case { host, connection, transport, alerts, rules: RuleChoice::None, ..Case::new(name, about) }
}

const fn bare_tls(name: &'static str, about: &'static str, key: Key, handshake: Handshake) -> Case {
    bare(name, about, HostKind::BareTls, ConnectionKind::New, Transport::Tls(key, handshake))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn each_ceiling_is_a_case() {
        let ceilings: Vec<&str> = CASES.iter().filter_map(|case| case.ceiling).collect();
        assert_eq!(ceilings.len(), 5);
        assert!(ceilings.iter().all(|name| CASES.iter().any(|case| case.name == *name)));
    }

    #[test]
    fn each_case_has_a_name_of_its_own() {
        let names: HashSet<&str> = CASES.iter().map(|case| case.name).collect();
        assert_eq!(names.len(), CASES.len());
    }
}
