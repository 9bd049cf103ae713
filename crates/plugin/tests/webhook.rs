//! An event posted over a real socket arrives in the host with its fields.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod host;

use std::path::Path;
use std::{fs, thread};

use falco_plugin_runner::{Event, ExtractedField};
use serde_json::{Value, json};

use host::{Host, Post, time};

fn sample(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../audit-event/tests/samples");
    fs::read_to_string(folder.join(name)).unwrap()
}

fn impersonation_arrives_with_its_fields(host: &mut Host) {
    assert_eq!(host.post(&sample("real/peer_user_impersonation.json")).status, 200);
    let event = host.next_event();
    for (field, expected) in [
        ("gitlab.event_type", Some("user_impersonation")),
        ("gitlab.author_name", Some("Administrator")),
        ("gitlab.target_details", Some("test")),
        ("gitlab.custom_message", Some("Started Impersonation")),
        ("gitlab.details[entity_path]", Some("root")),
        ("gitlab.details[nothing]", None),
        ("gitlab.op_type", None),
        ("gitlab.origin", Some("webhook")),
        ("gitlab.country", None),
        ("gitlab.pluginerrormessage", None),
    ] {
        assert_eq!(host.text(&event, field).as_deref(), expected, "{field}");
    }
    assert_eq!(host.field(&event, "gitlab.ip"), ExtractedField::IpAddr([198, 41, 0, 4].into()));
    assert_eq!(time(&event), 1_719_452_884_000_000_000, "evt.time is created_at, 2024-06-27T01:48:04Z");
}

#[test]
fn over_http() {
    impersonation_arrives_with_its_fields(&mut Host::http());
}

#[test]
fn over_https() {
    impersonation_arrives_with_its_fields(&mut Host::https());
}

#[test]
fn the_place_comes_from_the_city_database() {
    let folder = host::folder();
    let database = host::city_database(folder.path(), "GeoLite2-City");
    let mut host = Host::with(&json!({"MaxmindCityDBPath": database}));
    host.post(&sample("real/peer_user_impersonation.json"));
    let event = host.next_event();
    for (field, expected) in [
        ("gitlab.city", "Herndon"),
        ("gitlab.country", "United States"),
        ("gitlab.countryisocode", "US"),
        ("gitlab.continent", "North America"),
    ] {
        assert_eq!(host.text(&event, field).as_deref(), Some(expected), "{field}");
    }
}

#[test]
fn a_rule_can_ask_what_trackers_found() {
    let folder = host::folder();
    let trackers = json!([{"Name": "mine", "Kind": "distinct", "Value": "gitlab.target_details", "Key": "gitlab.ip",
                           "Window": "1h"}]);
    let mut host = Host::with(&json!({"Trackers": trackers, "StateDir": folder.path()}));
    for n in 1..=3u64 {
        let failure = json!({
            "id": n, "event_type": "login_failed_with_standard_authentication", "author_id": -1, "target_id": 7,
            "target_details": "Dev One", "ip_address": "198.51.100.7", "created_at": format!("2026-02-10T09:0{n}:00Z"),
        });
        assert_eq!(host.post(&failure.to_string()).status, 200);
        let event = host.next_event();
        let mut count = |name| host_number(&mut host, &event, name);
        let [by_account, mine, other] =
            ["gitlab.count[failed_sign_ins_by_account]", "gitlab.count[mine]", "gitlab.count[nothing]"].map(&mut count);
        assert_eq!((by_account, mine, other), (Some(n), Some(1), None));
    }
    drop(host);
    assert!(folder.path().join("trackers.snapshot").exists(), "what they know is kept for the next start");
}

fn host_number(host: &mut Host, event: &Event, name: &str) -> Option<u64> {
    match host.field(event, name) {
        ExtractedField::U64(number) => Some(number),
        _ => None,
    }
}

#[test]
fn a_batch_of_gitlab_19_arrives_event_by_event_in_order() {
    let batch = sample("constructed/batch_19x.json");
    let expected: Vec<Value> = serde_json::from_str(&batch).unwrap();
    let mut host = Host::http();
    assert_eq!(host.send(&Post::new(&batch).without("X-Gitlab-Audit-Event-Type")).status, 200);
    for expected in expected {
        let event = host.next_event();
        assert_eq!(host.text(&event, "gitlab.event_type").as_deref(), expected["event_type"].as_str());
    }
}

#[test]
fn named_tokens_tell_which_gitlab_sent_an_event() {
    let tokens = json!({"eu": "europe-europe-europe", "us": "america-america-amer"});
    let mut host = Host::with(&json!({"VerificationTokens": tokens}));
    for (token, instance) in
        [("europe-europe-europe", Some("eu")), ("america-america-amer", Some("us")), (host::TOKEN, None)]
    {
        assert_eq!(host.send(&Post::new(r#"{"id":1}"#).token(token)).status, 200);
        let event = host.next_event();
        assert_eq!(host.text(&event, "gitlab.instance").as_deref(), instance);
    }
}

#[test]
fn each_field_is_asked_for_again_and_again_with_the_same_answer() {
    let mut host = Host::http();
    for number in [-1_i64, -2, -3, 0, i64::MAX] {
        host.post(&json!({"author_id": number, "details": {"a": number, "b": "x"}}).to_string());
        let event = host.next_event();
        for _ in 0..3 {
            let expected = Some(number.to_string());
            assert_eq!(host.text(&event, "gitlab.author_id"), expected);
            assert_eq!(host.text(&event, "gitlab.details[a]"), expected);
            assert_eq!(host.text(&event, "gitlab.details[b]").as_deref(), Some("x"));
        }
    }
}

#[test]
fn plugininfo_is_the_whole_event_as_json() {
    let mut host = Host::http();
    host.post(r#"{"id": 7, "event_type": "x"}"#);
    let event = host.next_event();
    let json: Value = serde_json::from_str(&host.text(&event, "evt.plugininfo").unwrap()).unwrap();
    assert_eq!(json["id"], 7);
    assert_eq!(json["_falco"]["origin"], "webhook");
}

#[test]
fn a_thousand_events_from_many_senders_all_arrive() {
    let mut host = Host::http();
    let senders: Vec<_> = (0..8)
        .map(|sender| {
            let address = host.address;
            thread::spawn(move || {
                for number in 0..125 {
                    let body = format!(r#"{{"id":{}}}"#, sender * 125 + number);
                    assert_eq!(Post::new(&body).to(address, None).status, 200);
                }
            })
        })
        .collect();
    let mut ids: Vec<u32> = (0..1000)
        .map(|_| {
            let event = host.next_event();
            host.text(&event, "gitlab.event_id").unwrap().parse().unwrap()
        })
        .collect();
    for sender in senders {
        sender.join().unwrap();
    }
    ids.sort_unstable();
    assert_eq!(ids, (0..1000).collect::<Vec<_>>());
    assert_eq!(host.metric("events_accepted"), Some(1000));
}

#[test]
fn the_metrics_tell_what_was_received_accepted_and_rejected() {
    let mut host = Host::http();
    host.post(r#"[{"id":1},{"id":2},3]"#);
    host.post("nonsense");
    host.send(&Post::new("{}").token("wrong"));
    assert_eq!(host.metric("events_accepted"), Some(2));
    assert_eq!(host.metric("events_queued"), Some(2));
    assert_eq!(host.metric("events_rejected_malformed"), Some(2));
    assert_eq!(host.metric("requests_rejected_unauthorized"), Some(1));
    assert_eq!(host.metric("events_shed_saved"), Some(0));
    host.next_event();
    assert_eq!(host.metric("events_queued"), Some(0), "taken as one batch");
}

#[test]
fn the_metrics_tell_how_long_things_took_and_when_the_certificate_ends() {
    let mut host = Host::https();
    host.post(r#"{"id":1}"#);
    host.next_event();
    assert_eq!((host.metric("requests_accepted"), host.metric("events_delivered")), (Some(1), Some(1)));
    assert!(host.metric("request_microseconds") > Some(0) && host.metric("delivery_microseconds") > Some(0));
    assert!(host.metric("tls_certificate_expires_seconds") > Some(86_400));
}

#[test]
fn a_stalled_host_does_not_hold_up_the_sender() {
    let mut host = Host::with(&json!({"MaxQueueSize": 1 << 20}));
    let body = json!({"event_type": "x", "details": {"text": "y".repeat(100_000)}}).to_string();
    let statuses: Vec<u16> = (0..20).map(|_| host.post(&body).status).collect();
    let accepted = statuses.iter().filter(|status| **status == 200).count();
    assert!((8..=11).contains(&accepted), "about ten events fit into a queue of one MiB: {statuses:?}");
    let events: Vec<_> = (0..=accepted)
        .map(|_| {
            let event = host.next_event();
            host.text(&event, "gitlab.pluginerror.kind")
        })
        .collect();
    assert!(events.contains(&Some("shed".to_owned())), "the loss is reported: {events:?}");
}
