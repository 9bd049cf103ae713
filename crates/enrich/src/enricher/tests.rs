//! Events as they come out: what is added, what is not believed, and what is the same each time.

use std::fs;
use std::sync::{Arc, Mutex};

use audit_event::{FieldValue, Origin, field};
use serde_json::json;
use tempfile::TempDir;

use super::*;
use crate::database::test_database::TestDatabase;
use crate::trackers::with_builtin;

mod state;

const ARRIVAL: Arrival<'_> =
    Arrival { received_at: 1_700_000_000_000_000_000, origin: Origin::Webhook, instance: Some("eu") };

/// An enricher and what it reports.
fn enricher(settings: &EnricherSettings) -> (Enricher, Arc<Mutex<Vec<String>>>) {
    let reports = Arc::new(Mutex::new(Vec::new()));
    let to = Arc::clone(&reports);
    (Enricher::new(settings, move |problem| to.lock().unwrap().push(problem)).unwrap(), reports)
}

fn plain() -> Enricher {
    enricher(&EnricherSettings::default()).0
}

fn text(json: &str, name: &str) -> Option<String> {
    let mut index = EventIndex::default();
    let event = index.parse(json).unwrap();
    let (name, key) = match name.split_once('[') {
        Some((name, key)) => (name, Some(key.trim_end_matches(']'))),
        None => (name, None),
    };
    Some(match field(name).unwrap().extract(&event, key)? {
        FieldValue::Text(text) => text.into_owned(),
        FieldValue::Number(number) => number.to_string(),
        FieldValue::Bool(truth) => truth.to_string(),
        FieldValue::TextList(texts) => texts.join(","),
        other => format!("{other:?}"),
    })
}

#[test]
fn the_senders_bytes_come_first_and_unchanged() {
    let json = r#"{ "id" : 1,  "created_at":"2023-11-14T22:13:21Z", "x": "a & b" }"#;
    let (event, result) = plain().enrich(json, ARRIVAL);
    assert_eq!(result, Ok(()));
    assert!(event.json.starts_with(json.trim_end_matches('}')), "{}", event.json);
    assert_eq!(text(&event.json, "gitlab.instance").as_deref(), Some("eu"));
    assert_eq!(text(&event.json, "gitlab.origin").as_deref(), Some("webhook"));
}

#[test]
fn the_time_is_created_at_else_the_arrival() {
    let mut enricher = plain();
    let (event, _) = enricher.enrich(r#"{"created_at":"2023-11-14T22:13:21.5Z"}"#, ARRIVAL);
    assert_eq!(event.time, 1_700_000_001_500_000_000);
    for json in ["{}", r#"{"created_at":"yesterday"}"#, r#"{"created_at":7}"#] {
        assert_eq!(enricher.enrich(json, ARRIVAL).0.time, ARRIVAL.received_at, "{json}");
    }
}

#[test]
fn what_a_sender_claims_to_have_been_found_is_not_believed() {
    let json = r#"{"_falco":{"place":{"country":"Nowhere"},"count":{"a":9},"travel":{"speed_kmh":1}}}"#;
    let (event, _) = plain().enrich(json, ARRIVAL);
    for name in ["gitlab.country", "gitlab.count[a]", "gitlab.travel.speed_kmh"] {
        assert_eq!(text(&event.json, name), None, "{name}");
    }
}

#[test]
fn an_event_that_cannot_be_indexed_still_comes_out() {
    let members: Vec<String> = (0..2000).map(|number| format!("\"k{number}\":1")).collect();
    let json = format!("{{{}}}", members.join(","));
    let (event, result) = plain().enrich(&json, ARRIVAL);
    assert!(result.is_err());
    assert!(event.json.starts_with(json.trim_end_matches('}')));
}

#[test]
fn an_address_gets_place_network_and_lists() {
    let city = TestDatabase::new("City", &[("193.0.0.0/16", json!({"country": {"iso_code": "NL"}}))]);
    let asn = TestDatabase::new("ASN", &[("193.0.0.0/16", json!({"autonomous_system_number": 3333}))]);
    let folder = TempDir::new().unwrap();
    let list = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        (name.to_owned(), path)
    };
    let settings = EnricherSettings {
        city_database: Some(city.path().into()),
        asn_database: Some(asn.path().into()),
        address_lists: vec![list("tor", "193.0.6.0/24"), list("office", "10.0.0.0/8"), list("threat", "193.0.6.139")],
        ..EnricherSettings::default()
    };
    let (mut enricher, reports) = enricher(&settings);
    let (event, _) = enricher.enrich(r#"{"ip_address":"193.0.6.139"}"#, ARRIVAL);
    assert_eq!(text(&event.json, "gitlab.countryisocode").as_deref(), Some("NL"));
    assert_eq!(text(&event.json, "gitlab.asn").as_deref(), Some("3333"));
    assert_eq!(text(&event.json, "gitlab.ip.lists").as_deref(), Some("tor,threat"));
    let (event, _) = enricher.enrich(r#"{"ip_address":"10.1.2.3"}"#, ARRIVAL);
    assert_eq!(text(&event.json, "gitlab.countryisocode"), None);
    assert_eq!(text(&event.json, "gitlab.ip.lists").as_deref(), Some("office"));
    assert_eq!(text(&event.json, "gitlab.ip.class").as_deref(), Some("private"));
    assert!(reports.lock().unwrap().is_empty());
}

#[test]
fn a_replaced_database_and_list_are_taken_over_while_every_event_keeps_its_place() {
    let record = |code: &str| json!({"country": {"iso_code": code}});
    let city = TestDatabase::new("City", &[("193.0.0.0/16", record("NL"))]);
    let folder = TempDir::new().unwrap();
    let list = folder.path().join("list");
    fs::write(&list, "193.0.6.139\n").unwrap();
    let settings = EnricherSettings {
        city_database: Some(city.path().into()),
        address_lists: vec![("tor".to_owned(), list.clone())],
        ..EnricherSettings::default()
    };
    let (mut enricher, reports) = enricher(&settings);
    let mut found = || {
        let json = enricher.enrich(r#"{"ip_address":"193.0.6.139"}"#, ARRIVAL).0.json;
        (text(&json, "gitlab.countryisocode").unwrap(), text(&json, "gitlab.ip.lists"))
    };
    assert_eq!(found(), ("NL".to_owned(), Some("tor".to_owned())));
    let deadline = Instant::now() + std::time::Duration::from_mins(1);
    // A broken one first: the one before stays, and it is told once.
    fs::write(city.path(), "broken").unwrap();
    while reports.lock().unwrap().is_empty() {
        assert!(Instant::now() < deadline, "the broken version is not reported");
        assert_eq!(found().0, "NL");
        std::thread::yield_now();
    }
    city.replace("City", &[("193.0.0.0/16", record("DE"))]);
    fs::write(&list, "192.0.2.1\n").unwrap();
    loop {
        assert!(Instant::now() < deadline, "the new versions are not taken over");
        let (country, lists) = found();
        assert!(country == "NL" || country == "DE", "{country}");
        if (country.as_str(), lists) == ("DE", None) {
            break;
        }
        std::thread::yield_now();
    }
    let reports = reports.lock().unwrap();
    assert!(reports.len() == 1 && reports[0].contains("MaxmindCityDBPath") && reports[0].contains("stays in use"));
}

#[test]
fn what_cannot_be_used_is_reported_with_its_key_and_events_flow() {
    let folder = TempDir::new().unwrap();
    let bad_list = folder.path().join("bad");
    fs::write(&bad_list, "192.0.2.1\nnonsense\n").unwrap();
    let settings = EnricherSettings {
        city_database: Some("/nonexistent/city.mmdb".into()),
        asn_database: Some(bad_list.clone()),
        address_lists: vec![("tor".to_owned(), bad_list)],
        ..EnricherSettings::default()
    };
    let (mut enricher, reports) = enricher(&settings);
    let reports = reports.lock().unwrap().clone();
    for (report, start) in
        reports.iter().zip(["MaxmindCityDBPath: /nonexistent", "MaxmindASNDBPath: ", "AddressLists: tor: "])
    {
        assert!(report.starts_with(start), "{report}");
    }
    assert!(reports.len() == 3 && reports[2].contains("bad:2:"), "{reports:?}");
    assert!(enricher.enrich(r#"{"ip_address":"193.0.6.139"}"#, ARRIVAL).1.is_ok());
}

/// Failed sign-ins of one account, a minute apart, the `n`th from an address of its own.
fn failure(n: u64) -> String {
    let minute = n % 60;
    format!(
        r#"{{"id":{n},"event_type":"login_failed_with_standard_authentication","target_id":7,"target_details":"Dev One",
        "ip_address":"198.51.100.{}","created_at":"2026-02-10T09:{minute:02}:00.000Z"}}"#,
        n % 200
    )
}

#[test]
fn the_same_events_give_the_same_fields_alone_and_in_parallel_whenever_they_arrive() {
    let settings = EnricherSettings { trackers: with_builtin(Vec::new()), ..EnricherSettings::default() };
    let events: Vec<String> = (0..500).map(|n| failure(n * 7919 % 311)).collect();
    let fields = |arrives_at: u64| -> Vec<_> {
        let (mut enricher, _) = enricher(&settings);
        let arrivals = (0..).map(|n| Arrival { received_at: arrives_at + n * 1_000_000_007, ..ARRIVAL });
        let found = |(event, arrival): (&String, _)| {
            let json = enricher.enrich(event, arrival).0.json;
            let names = [
                "count[failed_sign_ins_by_account]",
                "count[accounts_tried_by_address]",
                "sequence[failures_then_sign_in]",
            ];
            names.map(|name| text(&json, &format!("gitlab.{name}")))
        };
        events.iter().zip(arrivals).map(found).collect()
    };
    let alone = fields(1_700_000_000_000_000_000);
    assert!(alone.iter().any(|found| found[0].as_deref() == Some("5")), "{alone:?}");
    std::thread::scope(|scope| {
        let all: Vec<_> = (0..4).map(|n| scope.spawn(move || fields(n * 1_000_000_000_000))).collect();
        for other in all {
            assert_eq!(other.join().unwrap(), alone);
        }
    });
}

#[test]
fn an_event_without_a_time_of_its_own_concerns_no_tracker() {
    let settings = EnricherSettings { trackers: with_builtin(Vec::new()), ..EnricherSettings::default() };
    let (mut enricher, _) = enricher(&settings);
    let json = failure(1).replace("created_at", "made_at");
    assert_eq!(text(&enricher.enrich(&json, ARRIVAL).0.json, "gitlab.count[failed_sign_ins_by_account]"), None);
}

#[test]
fn keys_that_had_to_go_for_others_are_counted_and_begin_anew() {
    let trackers = json!([{"Name": "a", "Kind": "count", "Key": "gitlab.ip", "Window": "24h", "MaxKeys": 100}]);
    let trackers = crate::trackers::read_trackers(&trackers).unwrap();
    let (mut enricher, _) = enricher(&EnricherSettings { trackers, ..EnricherSettings::default() });
    let mut count = |n| text(&enricher.enrich(&failure(n), ARRIVAL).0.json, "gitlab.count[a]").unwrap();
    // An address each; the first one is used again, so the second one is the one that was not used for the longest time.
    assert!((0..100).all(|n| count(n) == "1"));
    assert_eq!(count(200), "2");
    assert_eq!(count(100), "1");
    assert_eq!((count(400).as_str(), count(201).as_str()), ("3", "1"));
    enricher.tend(Instant::now()).unwrap();
    assert_eq!((enricher.metrics().tracker_keys(), enricher.metrics().tracker_keys_evicted()), (100, 2));
}

#[test]
fn a_report_of_ours_is_counted_too() {
    let trackers = json!([{"Name": "refused_posts", "Kind": "count", "Window": "10m",
        "Condition": "gitlab.pluginerror.kind = unauthorized"}]);
    let trackers = crate::trackers::read_trackers(&trackers).unwrap();
    let (mut enricher, _) = enricher(&EnricherSettings { trackers, ..EnricherSettings::default() });
    let problem = PluginError { kind: "unauthorized", message: "no token", count: 12 };
    let mut report = |received_at| {
        enricher.report_for(&problem, Arrival { received_at, ..ARRIVAL }, |event| EnrichedEvent::from(event))
    };
    report(1_700_000_000_000_000_000);
    let event = report(1_700_000_010_000_000_000);
    assert_eq!(text(&event.json, "gitlab.pluginerror.count").as_deref(), Some("12"));
    assert_eq!(text(&event.json, "gitlab.count[refused_posts]").as_deref(), Some("2"));
}
