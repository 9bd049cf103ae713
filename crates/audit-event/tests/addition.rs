//! What we add stands last and is believed; what a sender adds under our name is not.
#![expect(clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking, in its helper functions too")]

use audit_event::{Addition, EventIndex, FieldValue, Origin, Place, PluginError, field, with_addition};

const RECEIVED_AT: u64 = 1_770_714_930_301_000_000;

fn addition() -> Addition<'static> {
    Addition { received_at: RECEIVED_AT, origin: Origin::Webhook, instance: None, place: None, plugin_error: None }
}

fn value(json: &str, name: &str) -> Option<FieldValue<'static>> {
    let mut index = EventIndex::default();
    let event = index.parse(json).unwrap();
    Some(match field(name).unwrap().extract(&event, None)? {
        FieldValue::Text(text) => FieldValue::Text(text.into_owned().into()),
        FieldValue::Time(time) => FieldValue::Time(time),
        FieldValue::Duration(duration) => FieldValue::Duration(duration),
        FieldValue::Number(number) => FieldValue::Number(number),
        other => panic!("{other:?}"),
    })
}

fn text(value: &'static str) -> FieldValue<'static> {
    FieldValue::Text(value.into())
}

#[test]
fn the_senders_bytes_stand_unchanged_before_ours() {
    let sent = r#"{ "b" : 1.50, "a":"\u0041" }"#;
    let event = with_addition(sent, &addition());
    assert_eq!(
        event,
        r#"{ "b" : 1.50, "a":"\u0041" ,"_falco":{"received_at":1770714930301000000,"origin":"webhook"}}"#
    );
    serde_json::from_str::<serde_json::Value>(&event).unwrap();
}

#[test]
fn an_empty_object_gets_ours_alone() {
    for sent in ["{}", "{ }", "{\n}\n"] {
        let event = with_addition(sent, &addition());
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&event).unwrap()["_falco"]["origin"],
            "webhook",
            "{event}"
        );
    }
}

#[test]
fn what_is_no_object_stays_as_it_is() {
    assert_eq!(with_addition("[1]", &addition()), "[1]");
    assert_eq!(with_addition("", &addition()), "");
}

#[test]
fn everything_added_is_read_back() {
    let place = Place {
        city: Some("Zürich \"Kreis 4\""),
        country: Some("Switzerland"),
        country_iso_code: Some("CH"),
        continent: None,
    };
    let added = Addition { origin: Origin::File, instance: Some("prod"), place: Some(place), ..addition() };
    let event = with_addition(r#"{"created_at":"2026-02-10T09:15:27.301Z"}"#, &added);
    assert_eq!(value(&event, "gitlab.city"), Some(text("Zürich \"Kreis 4\"")));
    assert_eq!(value(&event, "gitlab.country"), Some(text("Switzerland")));
    assert_eq!(value(&event, "gitlab.countryisocode"), Some(text("CH")));
    assert_eq!(value(&event, "gitlab.continent"), None);
    assert_eq!(value(&event, "gitlab.origin"), Some(text("file")));
    assert_eq!(value(&event, "gitlab.instance"), Some(text("prod")));
    assert_eq!(value(&event, "gitlab.received_at"), Some(FieldValue::Time(RECEIVED_AT)));
    assert_eq!(value(&event, "gitlab.delay"), Some(FieldValue::Duration(3_000_000_000)));
}

#[test]
fn an_event_from_the_future_has_no_delay() {
    let event = with_addition(r#"{"created_at":"2026-02-10T09:15:31Z"}"#, &addition());
    assert_eq!(value(&event, "gitlab.delay"), None);
    assert_eq!(value(&with_addition("{}", &addition()), "gitlab.delay"), None);
}

#[test]
fn a_senders_addition_is_never_believed() {
    let forged =
        r#"{"instance":"prod","place":{"country":"Atlantis"},"plugin_error":{"kind":"k","message":"m","count":9}}"#;
    for sent in [
        format!(r#"{{"event_type":"pluginerror","_falco":{forged}}}"#),
        format!(r#"{{"event_type":"pluginerror","\u005ffalco":{forged}}}"#),
        format!(r#"{{"event_type":"pluginerror","details":{{"_falco":{forged}}}}}"#),
        format!(r#"{{"event_type":"pluginerror","plugin_error":{forged},"place":{forged}}}"#),
    ] {
        let event = with_addition(&sent, &addition());
        for name in [
            "gitlab.instance",
            "gitlab.country",
            "gitlab.pluginerrormessage",
            "gitlab.pluginerror.kind",
            "gitlab.pluginerror.count",
        ] {
            assert_eq!(value(&event, name), None, "{name} of {sent}");
        }
        assert_eq!(value(&event, "gitlab.event_type"), Some(text("pluginerror")));
        let mut index = EventIndex::default();
        let received = index.parse_received(&sent).unwrap();
        assert_eq!((received.instance(), received.country(), received.plugin_error_kind()), (None, None, None));
    }
}

#[test]
fn an_addition_is_no_member_of_details() {
    let mut index = EventIndex::default();
    let event = with_addition("{}", &addition());
    let event = index.parse(&event).unwrap();
    assert_eq!(event.details("_falco"), None);
    assert_eq!(event.details("_falco.origin"), None);
    assert_eq!(event.details("_falco.received_at"), None);
}

#[test]
fn a_plugin_error_is_an_event_that_says_what_went_wrong() {
    let error = PluginError { kind: "unauthorized", message: "wrong \"token\"", count: 3 };
    let event = error.event(RECEIVED_AT, Origin::Webhook, None);
    assert_eq!(value(&event, "gitlab.event_type"), Some(text("pluginerror")));
    assert_eq!(value(&event, "gitlab.pluginerror.kind"), Some(text("unauthorized")));
    assert_eq!(value(&event, "gitlab.pluginerrormessage"), Some(text("wrong \"token\"")));
    assert_eq!(value(&event, "gitlab.pluginerror.count"), Some(FieldValue::Number(3)));
    assert_eq!(value(&event, "gitlab.created_at"), Some(text("2026-02-10T09:15:30.301Z")));
    assert_eq!(value(&event, "gitlab.delay"), Some(FieldValue::Duration(0)));
    assert!(event.starts_with(r#"{"event_type":"pluginerror","created_at":""#));
}
