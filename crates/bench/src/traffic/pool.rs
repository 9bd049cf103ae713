//! The requests of one case, made before the measurement.

use super::mix::Mix;
use super::template::Template;
use crate::case::{Alerts, ConnectionKind, People};

/// Different requests. The same few would stay in the processor's caches, which real ones do not.
const EVENTS: u32 = 4_096;

/// Enough to be different, few enough for trackers to know them soon.
const FEW_PEOPLE: u32 = 1_000;

/// Together with as many different events, enough to fill trackers.
const MANY_PEOPLE: u32 = 50_000;

/// What the requests are like.
#[derive(Debug, Clone)]
pub(crate) struct PoolSettings<'a> {
    /// What follows `Host: `.
    pub(crate) host: &'a str,
    pub(crate) path: &'a str,
    pub(crate) token: &'a str,
    pub(crate) connection: ConnectionKind,
    pub(crate) events_per_request: u32,
    pub(crate) alerts: Alerts,
    pub(crate) people: People,
}

/// Requests to be sent one after another.
#[derive(Debug)]
pub(crate) struct Pool {
    requests: Vec<Template>,
    /// Those whose first event raises an alert.
    marked: Vec<Template>,
    events_per_request: u64,
    alerts: Alerts,
}

impl Pool {
    pub(crate) fn new(settings: &PoolSettings<'_>) -> Self {
        let (people, events) = match settings.people {
            People::Few => (FEW_PEOPLE, EVENTS),
            People::Many => (MANY_PEOPLE, MANY_PEOPLE),
        };
        let mut mix = Mix::new(people);
        let requests = (events / settings.events_per_request).max(40);
        let mut make = |first: Alerts, count: u32| -> Vec<Template> {
            (0..count).map(|_| Template::new(&request(settings, first, &mut mix))).collect()
        };
        Self {
            requests: make(settings.alerts, requests),
            marked: make(Alerts::Every, 16),
            events_per_request: settings.events_per_request.into(),
            alerts: settings.alerts,
        }
    }

    /// The request whose first event has `first` others before it.
    pub(crate) fn request(&self, first: u64) -> &Template {
        let list = if self.begins_with_marker(first) { &self.marked } else { &self.requests };
        let number = usize::try_from(first / self.events_per_request).unwrap_or(0);
        &list[number % list.len()]
    }

    /// Whether this event, the first of its request or another, raises an alert.
    pub(crate) fn is_marker(&self, place: u64) -> bool {
        match self.alerts {
            Alerts::Every => true,
            Alerts::OneIn(_) => place.is_multiple_of(self.events_per_request) && self.begins_with_marker(place),
        }
    }

    fn begins_with_marker(&self, first: u64) -> bool {
        match self.alerts {
            Alerts::Every => false,
            Alerts::OneIn(interval) => first % u64::from(interval.get()) < self.events_per_request,
        }
    }
}

/// As GitLab sends it: the content type of a form, a body that is JSON.
fn request(settings: &PoolSettings<'_>, first: Alerts, mix: &mut Mix) -> String {
    let (event_type, event) = mix.event(first);
    let others = (1..settings.events_per_request).map(|_| mix.event(settings.alerts).1);
    let body = if settings.events_per_request == 1 {
        event
    } else {
        format!("[{}]", std::iter::once(event).chain(others).collect::<Vec<_>>().join(","))
    };
    // GitLab leaves the type out where a request has several events.
    let type_header = if settings.events_per_request == 1 {
        format!("X-Gitlab-Audit-Event-Type: {event_type}\r\n")
    } else {
        String::new()
    };
    let close = match settings.connection {
        ConnectionKind::KeepAlive => "",
        ConnectionKind::New => "Connection: close\r\n",
    };
    let PoolSettings { host, path, token, .. } = settings;
    format!(
        "POST {path} HTTP/1.1\r\nX-Gitlab-Event-Streaming-Token: {token}\r\n{type_header}{close}Accept-Encoding: \
         gzip;q=1.0,deflate;q=0.6,identity;q=0.3\r\nAccept: */*\r\nUser-Agent: Ruby\r\nHost: {host}\r\nContent-Type: \
         application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pool(events_per_request: u32, alerts: Alerts) -> Pool {
        Pool::new(&PoolSettings {
            host: "x",
            path: "/gitlab",
            token: "t",
            connection: ConnectionKind::KeepAlive,
            events_per_request,
            alerts,
            people: People::Few,
        })
    }

    fn text(pool: &Pool, first: u64) -> String {
        let mut buffer = Vec::new();
        pool.request(first).fill(&mut buffer, first, b"2026-02-10T09:15:27.301Z");
        String::from_utf8(buffer).unwrap()
    }

    #[test]
    fn a_request_is_what_its_length_says_and_its_events_are_json() {
        for (events, alerts) in [(1, Alerts::ONE_IN_A_THOUSAND), (1, Alerts::Every), (100, Alerts::ONE_IN_A_THOUSAND)] {
            let pool = pool(events, alerts);
            for request in 0..50 {
                let text = text(&pool, request * u64::from(events));
                let (head, body) = text.split_once("\r\n\r\n").unwrap();
                assert!(head.ends_with(&format!("Content-Length: {}", body.len())), "{head}");
                let json: serde_json::Value = serde_json::from_str(body).unwrap();
                assert_eq!(json.as_array().map_or(1, Vec::len), usize::try_from(events).unwrap());
                assert!((400..900).contains(&(body.len() / usize::try_from(events).unwrap())), "{body}");
            }
        }
    }

    #[test]
    fn one_event_in_a_thousand_is_a_marker() {
        for events in [1_u32, 100] {
            let pool = pool(events, Alerts::ONE_IN_A_THOUSAND);
            let markers: Vec<u64> = (0..3_000).filter(|place| pool.is_marker(*place)).collect();
            assert_eq!(markers, [0, 1_000, 2_000]);
            for first in (0..3_000).step_by(usize::try_from(events).unwrap()) {
                let count = text(&pool, first).matches("\"event_type\":\"bench_marker\"").count();
                assert_eq!(count, usize::from(first % 1_000 == 0), "{first}");
            }
        }
    }
}
