//! What we add stands last and is believed; what a sender adds under our name is not.
#![expect(clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking, in its helper functions too")]

use audit_event::{
    Addition, EventIndex, FIELDS, FieldValue, Finding, FindingValue, Findings, Network, Origin, ParseError, Place,
    PluginError, Travel, field, with_addition,
};

const RECEIVED_AT: u64 = 1_770_714_930_301_000_000;

fn addition() -> Addition<'static> {
    Addition::new(RECEIVED_AT, Origin::Webhook)
}

fn value(json: &str, name: &str) -> Option<FieldValue<'static>> {
    let mut index = EventIndex::default();
    let event = index.parse(json).unwrap();
    Some(match field(name).unwrap().extract(&event, None)? {
        FieldValue::Text(text) => FieldValue::Text(text.into_owned().into()),
        FieldValue::Time(time) => FieldValue::Time(time),
        FieldValue::Duration(duration) => FieldValue::Duration(duration),
        FieldValue::Number(number) => FieldValue::Number(number),
        FieldValue::TextList(texts) => {
            FieldValue::TextList(texts.into_iter().map(|text| text.into_owned().into()).collect())
        }
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
    let event = with_addition(&error.bare_event(RECEIVED_AT), &Addition { plugin_error: Some(error), ..addition() });
    assert_eq!(value(&event, "gitlab.event_type"), Some(text("pluginerror")));
    assert_eq!(value(&event, "gitlab.pluginerror.kind"), Some(text("unauthorized")));
    assert_eq!(value(&event, "gitlab.pluginerrormessage"), Some(text("wrong \"token\"")));
    assert_eq!(value(&event, "gitlab.pluginerror.count"), Some(FieldValue::Number(3)));
    assert_eq!(value(&event, "gitlab.created_at"), Some(text("2026-02-10T09:15:30.301Z")));
    assert_eq!(value(&event, "gitlab.delay"), Some(FieldValue::Duration(0)));
    assert!(event.starts_with(r#"{"event_type":"pluginerror","created_at":""#));
}

#[test]
fn an_address_has_network_and_lists() {
    let network = Network { asn: Some(64_500), organization: Some("Example & Söhne") };
    let lists = ["egress", "tor \"exits\""];
    let added = Addition { network: Some(network), address_lists: &lists, ..addition() };
    let event = with_addition("{}", &added);
    assert_eq!(value(&event, "gitlab.asn"), Some(FieldValue::Number(64_500)));
    assert_eq!(value(&event, "gitlab.as_org"), Some(text("Example & Söhne")));
    let lists = FieldValue::TextList(vec!["egress".into(), "tor \"exits\"".into()]);
    assert_eq!(value(&event, "gitlab.ip.lists"), Some(lists));
    assert_eq!(value(&with_addition("{}", &addition()), "gitlab.ip.lists"), None);
}

#[test]
fn findings_are_read_back_by_the_trackers_name() {
    let finding = |tracker, value| Finding { tracker, value };
    let findings = [
        finding("failures", FindingValue::Count(12)),
        finding("country", FindingValue::FirstSeen(true)),
        finding("other", FindingValue::Count(3)),
        finding("restored", FindingValue::Sequence(false)),
        finding("impersonation", FindingValue::Session("Ada \"Admin\"")),
    ];
    let event = with_addition("{}", &Addition { findings: Findings(&findings), ..addition() });
    assert!(event.contains(r#""count":{"failures":12,"other":3}"#), "{event}");
    let mut index = EventIndex::default();
    let event = index.parse(&event).unwrap();
    let value = |name: &str, tracker| field(name).unwrap().extract(&event, Some(tracker));
    assert_eq!(value("gitlab.count", "failures"), Some(FieldValue::Number(12)));
    assert_eq!(value("gitlab.count", "other"), Some(FieldValue::Number(3)));
    assert_eq!(value("gitlab.count", "country"), None);
    assert_eq!(value("gitlab.first_seen", "country"), Some(FieldValue::Bool(true)));
    assert_eq!(value("gitlab.sequence", "restored"), Some(FieldValue::Bool(false)));
    assert_eq!(value("gitlab.session", "impersonation"), Some(text("Ada \"Admin\"")));
    assert_eq!(field("gitlab.count").unwrap().extract(&event, None), None);
}

#[test]
fn travel_is_read_back() {
    let travel = Travel { speed_kmh: 4_000, distance_km: 8_000, from_country: Some("BR") };
    let event = with_addition("{}", &Addition { travel: Some(travel), ..addition() });
    assert_eq!(value(&event, "gitlab.travel.speed_kmh"), Some(FieldValue::Number(4_000)));
    assert_eq!(value(&event, "gitlab.travel.distance_km"), Some(FieldValue::Number(8_000)));
    assert_eq!(value(&event, "gitlab.travel.from_country"), Some(text("BR")));
}

#[test]
fn fields_are_the_same_before_the_addition_is_spliced_in_as_after() {
    let place =
        Place { city: Some("Bern"), country: Some("Switzerland"), country_iso_code: Some("CH"), continent: None };
    let lists = ["egress"];
    let added = Addition {
        instance: Some("prod"),
        place: Some(place),
        network: Some(Network { asn: Some(1), organization: None }),
        address_lists: &lists,
        travel: Some(Travel { speed_kmh: 1, distance_km: 2, from_country: None }),
        plugin_error: Some(PluginError { kind: "unauthorized", message: "no token", count: 3 }),
        ..addition()
    };
    let sent = r#"{"created_at":"2026-02-10T09:15:27Z","_falco":{"origin":"api","place":{"continent":"Nowhere"}}}"#;
    let spliced = with_addition(sent, &added);
    let (mut before, mut after) = (EventIndex::default(), EventIndex::default());
    let before = before.parse_received(sent).unwrap().with(&added);
    let after = after.parse(&spliced).unwrap();
    for field in FIELDS {
        assert_eq!(field.extract(&before, None), field.extract(&after, None), "{}", field.name);
    }
}

#[test]
fn a_wide_member_of_the_senders_under_our_name_does_not_hide_the_event() {
    let sent = format!(r#"{{"author_id":1,"_falco":{{"a":1{}}}}}"#, ",\"a\":1".repeat(5000));
    let event = with_addition(&sent, &Addition { instance: Some("prod"), ..addition() });
    assert_eq!(value(&event, "gitlab.author_id"), Some(text("1")));
    assert_eq!(value(&event, "gitlab.instance"), Some(text("prod")));
}

#[test]
fn an_event_of_as_many_members_as_may_be_has_room_for_the_addition() {
    let members: Vec<_> = (0..1024).map(|number| format!(r#""{number}":1"#)).collect();
    let sent = format!("{{{}}}", members.join(","));
    let mut index = EventIndex::default();
    assert_eq!(index.parse_received(&sent.replace('}', r#","1024":1}"#)).unwrap_err(), ParseError::TooManyMembers);
    index.parse_received(&sent).unwrap();
    let event = with_addition(&sent, &addition());
    assert_eq!(index.parse(&event).unwrap().received_at(), Some(RECEIVED_AT));
}
