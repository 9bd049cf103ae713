//! Events of one GitLab, what rules see in them, and what trackers of each kind must do.

use std::fs;

use audit_event::{EventIndex, FieldValue, Origin, field};
use enrich::{Arrival, Enricher, EnricherSettings, with_builtin};
use jiff::Timestamp;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::scenarios::{BERLIN, databases, tor_exits};

pub(crate) const MINUTE: u64 = 60;
pub(crate) const DAY: u64 = 24 * 60 * MINUTE;

/// 2026-02-10T00:00:00Z, in seconds since the epoch.
pub(crate) const START: u64 = 1_770_681_600;

/// Of the hosting provider of `HOSTED`, and one's own.
pub(crate) const HOSTED_AND_OWN: &str = "199.0.0.17";

/// In Japan, and one's own.
pub(crate) const OWN_IN_JAPAN: &str = "194.0.1.1";

/// Events of one GitLab.
pub(crate) struct Stream {
    enricher: Enricher,
    _folder: TempDir,
    index: EventIndex,
    /// In seconds since [`START`].
    pub(crate) now: u64,
    id: u64,
}

impl Stream {
    pub(crate) fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let (city, asn) = databases(folder.path());
        let list = |name: &str, network: &str| {
            let path = folder.path().join(name);
            fs::write(&path, network).unwrap();
            path
        };
        let settings = EnricherSettings {
            city_database: Some(city),
            asn_database: Some(asn),
            address_lists: vec![
                ("tor_exits".to_owned(), tor_exits(folder.path())),
                ("hosting_providers".to_owned(), list("hosting_providers", "199.0.0.0/24")),
                ("own_networks".to_owned(), list("own_networks", "199.0.0.16/28\n194.0.1.0/24")),
            ],
            trackers: with_builtin(Vec::new()),
            ..EnricherSettings::default()
        };
        let enricher = Enricher::new(&settings, |problem| panic!("{problem}")).unwrap();
        let mut stream = Self { enricher, _folder: folder, index: EventIndex::default(), now: 0, id: 0 };
        // The event clock is sure after 31 events.
        for _ in 0..40 {
            stream.send("something_else", json!({}));
        }
        stream
    }

    /// An event of user 7, from Berlin, in `grp/app`, unless `members` say otherwise; gives it as rules see it.
    #[expect(clippy::needless_pass_by_value, reason = "the members are written in the call")]
    pub(crate) fn send(&mut self, event_type: &str, members: Value) -> String {
        self.now += 1;
        self.id += 1;
        let seconds = i64::try_from(START + self.now).unwrap();
        let mut event = json!({
            "id": self.id, "event_type": event_type, "author_id": 7, "author_name": "Dev One", "entity_id": 29,
            "entity_type": "Project", "entity_path": "grp/app", "target_id": 29, "target_type": "Project",
            "target_details": "app", "ip_address": BERLIN, "details": {"author_class": "User", "custom_message": "x"},
            "created_at": Timestamp::from_second(seconds).unwrap().to_string(),
        });
        let own = event.as_object_mut().unwrap();
        for (name, value) in members.as_object().unwrap() {
            own.insert(name.clone(), value.clone());
        }
        let arrival = Arrival { received_at: 0, origin: Origin::Webhook, instance: None };
        let (enriched, indexed) = self.enricher.enrich(&event.to_string(), arrival);
        indexed.unwrap();
        enriched.json
    }

    /// What rules see in a field of the event.
    pub(crate) fn field(&mut self, json: &str, name: &str) -> Option<String> {
        let (name, key) = match name.split_once('[') {
            Some((name, key)) => (name, Some(key.trim_end_matches(']'))),
            None => (name, None),
        };
        let event = self.index.parse(json).unwrap();
        Some(match field(name).unwrap().extract(&event, key)? {
            FieldValue::Text(text) => text.into_owned(),
            FieldValue::Number(number) => number.to_string(),
            FieldValue::Bool(truth) => truth.to_string(),
            FieldValue::TextList(texts) => texts.join(","),
            other => panic!("{other:?}"),
        })
    }

    pub(crate) fn expect(&mut self, json: &str, name: &str, expected: &str) {
        assert_eq!(self.field(json, name).as_deref(), Some(expected), "{name} of {json}");
    }
}

/// Sends `count` events, the `n`th with `members(n)`, and expects the tracker to count up to `count`.
pub(crate) fn counts(tracker: &str, event_types: &[&str], count: u64, members: impl Fn(u64) -> Value) {
    let mut stream = Stream::new();
    let name = format!("gitlab.count[{tracker}]");
    for n in 1..=count {
        let event_type = event_types[usize::try_from(n).unwrap() % event_types.len()];
        let json = stream.send(event_type, members(n));
        stream.expect(&json, &name, &n.to_string());
    }
    // After the longest of the windows the count begins anew.
    stream.now += 2 * DAY;
    let json = stream.send(event_types[0], members(1));
    stream.expect(&json, &name, "1");
}

/// Lets the tracker learn for eight days with `usual`, then expects `unusual` to be new once.
pub(crate) fn tells_first(tracker: &str, event_type: &str, usual: &Value, unusual: &Value) {
    let mut stream = Stream::new();
    let name = format!("gitlab.first_seen[{tracker}]");
    let json = stream.send(event_type, usual.clone());
    assert_eq!(stream.field(&json, &name), None, "it still learns");
    stream.now += 8 * DAY;
    for _ in 0..40 {
        stream.send("something_else", json!({}));
    }
    let json = stream.send(event_type, usual.clone());
    stream.expect(&json, &name, "false");
    let json = stream.send(event_type, unusual.clone());
    stream.expect(&json, &name, "true");
    let json = stream.send(event_type, unusual.clone());
    stream.expect(&json, &name, "false");
}

/// Sends the steps, and expects the last one alone to complete the sequence.
pub(crate) fn completes(tracker: &str, steps: &[(&str, Value)]) {
    let name = format!("gitlab.sequence[{tracker}]");
    let mut stream = Stream::new();
    for (number, (event_type, members)) in (1..).zip(steps) {
        let json = stream.send(event_type, members.clone());
        let is_last = number == steps.len();
        assert_eq!(stream.field(&json, &name), Some(is_last.to_string()), "step {number}: {json}");
    }
    // In the wrong order, nothing is complete.
    let mut stream = Stream::new();
    for (event_type, members) in steps.iter().rev() {
        stream.now += DAY;
        let json = stream.send(event_type, members.clone());
        assert_ne!(stream.field(&json, &name).as_deref(), Some("true"), "{json}");
    }
}
