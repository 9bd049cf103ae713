//! What an event says, in every shape GitLab has given it, and whatever types its members have.
#![expect(clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking, in its helper functions too")]

use audit_event::{AuditEvent, EventIndex, FieldValue, ParseError, field};

fn read<T>(json: &str, value: impl FnOnce(AuditEvent<'_>) -> T) -> T {
    let mut index = EventIndex::default();
    value(index.parse(json).unwrap())
}

/// The text of a field, as a rule sees it.
fn text(json: &str, name: &str) -> Option<String> {
    text_of_key(json, name, None)
}

fn text_of_key(json: &str, name: &str, key: Option<&str>) -> Option<String> {
    read(json, |event| match field(name).unwrap().extract(&event, key) {
        Some(FieldValue::Text(text)) => Some(text.into_owned()),
        None => None,
        other => panic!("{name} is no text: {other:?}"),
    })
}

fn details(json: &str, key: &str) -> Option<String> {
    text_of_key(json, "gitlab.details", Some(key))
}

#[test]
fn the_type_is_event_type_else_event_name_else_the_one_in_details() {
    let all = r#"{"event_type":"a","event_name":"b","details":{"event_name":"c"}}"#;
    assert_eq!(text(all, "gitlab.event_type").as_deref(), Some("a"));
    let rest_record = r#"{"event_type":null,"event_name":"b","details":{"event_name":"c"}}"#;
    assert_eq!(text(rest_record, "gitlab.event_type").as_deref(), Some("b"));
    let blank = r#"{"event_type":"","details":{"event_name":"c"}}"#;
    assert_eq!(text(blank, "gitlab.event_type").as_deref(), Some("c"));
    assert_eq!(text(r#"{"event_type":""}"#, "gitlab.event_type"), None);
}

#[test]
fn the_text_around_the_id_is_the_rest_of_the_event() {
    for (before, id, after) in [
        (r#"{"a":1,"id": "#, "7", r#" ,"b":2}"#),
        // The last one counts.
        (r#"{"id":1,"id":"#, r#""x""#, "}"),
        (r#"{"details":{"id":1}}"#, "", ""),
    ] {
        read(&format!("{before}{id}{after}"), |event| assert_eq!(event.json_around_id(), (before, after)));
    }
}

#[test]
fn ids_are_text_as_written() {
    for id in ["-1", "-2", "-3", "0", "7", "99999999999999999999999999", "1.0"] {
        let json = format!(r#"{{"id":{id},"author_id":{id},"entity_id":{id},"target_id":{id}}}"#);
        for name in ["gitlab.event_id", "gitlab.author_id", "gitlab.entity_id", "gitlab.target_id"] {
            assert_eq!(text(&json, name).as_deref(), Some(id));
        }
    }
    assert_eq!(text(r#"{"author_id":"4711"}"#, "gitlab.author_id").as_deref(), Some("4711"));
}

#[test]
fn absent_is_absent_and_empty_is_a_value() {
    assert_eq!(text(r#"{"author_name":null}"#, "gitlab.author_name"), None);
    assert_eq!(text("{}", "gitlab.author_name"), None);
    assert_eq!(text(r#"{"author_name":""}"#, "gitlab.author_name").as_deref(), Some(""));
    assert_eq!(text(r#"{"details":{"from":""}}"#, "gitlab.op_changed_from").as_deref(), Some(""));
}

#[test]
fn an_empty_address_is_unknown() {
    assert_eq!(text(r#"{"ip_address":"","details":{"ip_address":""}}"#, "gitlab.ip_address"), None);
    let only_above = r#"{"ip_address":"198.51.100.7","details":{"ip_address":""}}"#;
    assert_eq!(text(only_above, "gitlab.ip_address").as_deref(), Some("198.51.100.7"));
    let both = r#"{"ip_address":"10.0.0.1","details":{"ip_address":"198.51.100.7, 10.0.0.1"}}"#;
    assert_eq!(text(both, "gitlab.ip_address").as_deref(), Some("198.51.100.7, 10.0.0.1"));
    read(both, |event| {
        let address = [198, 51, 100, 7].into();
        assert_eq!(field("gitlab.ip").unwrap().extract(&event, None), Some(FieldValue::Address(address)));
        assert_eq!(field("gitlab.net").unwrap().extract(&event, None), Some(FieldValue::Network(address)));
    });
}

#[test]
fn created_at_takes_offsets_and_gives_none_for_what_is_no_time() {
    let created_at = |json: &str| read(json, |event| event.created_at());
    let expected = Some(1_770_714_927_301_000_000);
    assert_eq!(created_at(r#"{"created_at":"2026-02-10T09:15:27.301Z"}"#), expected);
    assert_eq!(created_at(r#"{"created_at":"2026-02-10T18:15:27.301+09:00"}"#), expected);
    assert_eq!(created_at(r#"{"time":"2026-02-10T09:15:27.301Z"}"#), expected);
    assert_eq!(created_at(r#"{"created_at":"never","time":"2026-02-10T09:15:27.301Z"}"#), expected);
    for json in [
        r#"{"created_at":"2026-02-10"}"#,
        r#"{"created_at":"2026-02-10 09:15:27 UTC"}"#,
        r#"{"created_at":""}"#,
        r#"{"created_at":1770714927}"#,
        r#"{"created_at":{"$date":"2026-02-10T09:15:27.301Z"}}"#,
        r#"{"created_at":"1969-12-31T23:59:59Z"}"#,
        r#"{"created_at":"9999-12-31T23:59:59Z"}"#,
        r#"{"created_at":"2026-02-30T09:15:27Z"}"#,
        r#"{"created_at":"99999999999999999999-01-01T00:00:00Z"}"#,
        r#"{"created_at":"2026-02-10T09:15:27\u0000Z"}"#,
    ] {
        assert_eq!(created_at(json), None, "{json}");
    }
    assert_eq!(text(r#"{"created_at":"never"}"#, "gitlab.created_at").as_deref(), Some("never"));
}

#[test]
fn what_rest_records_and_log_lines_put_elsewhere_is_found() {
    let rest = r#"{"author_id":1,"details":{"author_name":"A","target_type":"User","entity_path":"a"}}"#;
    assert_eq!(text(rest, "gitlab.author_name").as_deref(), Some("A"));
    assert_eq!(text(rest, "gitlab.entity_path").as_deref(), Some("a"));
    let log_line =
        r#"{"change":"visibility","from":"Private","to":"Public","as":"Owner","with":"standard","failed_login":"OTP"}"#;
    assert_eq!(text(log_line, "gitlab.op_type").as_deref(), Some("change"));
    assert_eq!(text(log_line, "gitlab.op_item").as_deref(), Some("visibility"));
    assert_eq!(text(log_line, "gitlab.op_changed_to").as_deref(), Some("Public"));
    assert_eq!(text(log_line, "gitlab.role").as_deref(), Some("Owner"));
    assert_eq!(text(log_line, "gitlab.auth_method").as_deref(), Some("standard"));
    assert_eq!(text(log_line, "gitlab.failed_login").as_deref(), Some("OTP"));
    assert_eq!(details(log_line, "as").as_deref(), Some("Owner"));
}

#[test]
fn the_last_of_a_key_counts() {
    assert_eq!(text(r#"{"author_id":1,"author_id":2}"#, "gitlab.author_id").as_deref(), Some("2"));
    let two_details = r#"{"details":{"to":"first","as":"Owner"},"details":{"to":"last"}}"#;
    assert_eq!(details(two_details, "to").as_deref(), Some("last"));
    assert_eq!(details(two_details, "as"), None);
    assert_eq!(text(r#"{"author_id":1,"author_id":null}"#, "gitlab.author_id"), None);
}

#[test]
fn keys_with_escapes_are_the_keys_they_spell() {
    assert_eq!(text(r#"{"\u0061uthor_id":7}"#, "gitlab.author_id").as_deref(), Some("7"));
    assert_eq!(text(r#"{"d\u0065tails":{"\u0074o":"x"}}"#, "gitlab.op_changed_to").as_deref(), Some("x"));
    assert_eq!(text(r#"{"author_id":1,"\u0061uthor_id":7}"#, "gitlab.author_id").as_deref(), Some("7"));
    assert_eq!(details(r#"{"details":{"a\"b":"x"}}"#, "a\"b").as_deref(), Some("x"));
    assert_eq!(details(r#"{"details":{"ключ":"x"}}"#, "ключ").as_deref(), Some("x"));
    assert_eq!(details(r#"{"details":{"\ud800":"x","to":"y"}}"#, "to").as_deref(), Some("y"));
}

#[test]
fn members_of_any_type_are_read_as_text() {
    for (value, expected) in [
        ("true", Some("true")),
        ("1e3", Some("1e3")),
        ("[1, \"a b\"]", Some(r#"[1,"a b"]"#)),
        ("{ \"a\" : { } }", Some(r#"{"a":{}}"#)),
        ("null", None),
        (r#""a\nb""#, Some("a\nb")),
    ] {
        let json = format!(
            r#"{{"id":{value},"event_type":{value},"author_id":{value},"author_name":{value},"target_details":{value},
               "created_at":{value},"ip_address":{value},"details":{{"change":{value},"from":{value},"custom_message":{value}}}}}"#
        );
        for name in [
            "gitlab.event_id",
            "gitlab.event_type",
            "gitlab.author_id",
            "gitlab.author_name",
            "gitlab.target_details",
            "gitlab.created_at",
            "gitlab.ip_address",
            "gitlab.op_item",
            "gitlab.op_changed_from",
            "gitlab.custom_message",
        ] {
            assert_eq!(text(&json, name).as_deref(), expected, "{name} of {value}");
        }
    }
}

#[test]
fn details_of_another_type_have_no_members() {
    for value in ["null", "\"text\"", "[{\"to\":1}]", "7"] {
        let json = format!(r#"{{"author_id":1,"details":{value}}}"#);
        assert_eq!(details(&json, "to"), None);
        assert_eq!(text(&json, "gitlab.author_id").as_deref(), Some("1"));
    }
}

#[test]
fn details_go_deeper_at_dots_but_a_key_with_dots_comes_first() {
    let json =
        r#"{"details":{"a":{"b":{"c":1},"b.c":2},"x.y":"whole","x":{"y":"deeper"},"l":["p", 1],"n":null,"t":true}}"#;
    for (key, expected) in [
        ("a.b", Some(r#"{"c":1}"#)),
        ("a.b.c", Some("2")),
        ("x.y", Some("whole")),
        ("l", Some(r#"["p",1]"#)),
        ("t", Some("true")),
        ("n", None),
        ("l.p", None),
        ("t.x", None),
        ("a.", None),
        (".", None),
        ("", None),
        ("a.b.c.d", None),
    ] {
        assert_eq!(details(json, key).as_deref(), expected, "{key}");
    }
    assert_eq!(text_of_key(json, "gitlab.details", None), None);
}

#[test]
fn a_nul_or_a_lone_surrogate_hides_nothing() {
    let json = r#"{"author_name":"root\u0000 & more","details":{"custom_message":"a\ud800b"}}"#;
    assert_eq!(text(json, "gitlab.author_name").as_deref(), Some("root\u{fffd} & more"));
    assert_eq!(text(json, "gitlab.custom_message").as_deref(), Some("a\u{fffd}b"));
}

#[test]
fn git_operations() {
    let operation = |message: &str| format!(r#"{{"details":{{"custom_message":{message}}}}}"#);
    let verb = |message: &str| text(&operation(message), "gitlab.git.verb");
    assert_eq!(verb(r#"{"protocol":"ssh","action":"git-receive-pack"}"#).as_deref(), Some("push"));
    assert_eq!(verb(r#"{"protocol":"ssh","action":"git-upload-pack"}"#).as_deref(), Some("fetch"));
    assert_eq!(verb(r#"{"action":"git-upload-pack","verb":"clone"}"#).as_deref(), Some("clone"));
    assert_eq!(verb(r#"{"action":"git-upload-pack","verb":"pull"}"#).as_deref(), Some("fetch"));
    assert_eq!(verb(r#"{"action":"git-upload-archive"}"#), None);
    assert_eq!(verb(r#""action git-receive-pack""#), None);
    let push = operation(r#"{"protocol":"web","action":"git-receive-pack"}"#);
    assert_eq!(text(&push, "gitlab.git.protocol").as_deref(), Some("web"));
    assert_eq!(text(&push, "gitlab.git.action").as_deref(), Some("git-receive-pack"));
}

#[test]
fn what_stands_in_an_object_whose_key_comes_again_does_not_count() {
    let push = r#"{"protocol":"ssh","action":"git-receive-pack"}"#;
    for again in [r#""details":{}"#, r#""details":{"to":"x"}"#, r#""details":null"#, r#""d\u0065tails":{}"#] {
        let event = format!(r#"{{"details":{{"from":"y","custom_message":{push}}},{again}}}"#);
        assert_eq!(text(&event, "gitlab.git.action"), None, "{event}");
        assert_eq!(text(&event, "gitlab.op_changed_from"), None, "{event}");
    }
    let event = format!(r#"{{"details":{{"custom_message":{push},"custom_message":"none"}}}}"#);
    assert_eq!(text(&event, "gitlab.git.action"), None);
}

#[test]
fn tokens_are_read_from_members_before_the_message() {
    let scopes = |json: &str| read(json, |event| event.token_scopes().map(|scopes| scopes.join(" ")));
    let target = r#"{"target_type":"DeployToken","target_id":5,"details":{"custom_message":"Created personal access token with id 1"}}"#;
    assert_eq!(text(target, "gitlab.token.id").as_deref(), Some("5"));
    assert_eq!(text(r#"{"details":{"pat_id":9001}}"#, "gitlab.token.id").as_deref(), Some("9001"));
    let agent = r#"{"target_type":"Clusters::Agent","target_id":3,"details":{"custom_message":"Created cluster agent token 'x' with id 2"}}"#;
    assert_eq!(text(agent, "gitlab.token.id").as_deref(), Some("2"));
    let escaped = r#"{"details":{"custom_message":"Created group token with token_id: 2 with scopes: [\"read_api\", \"api\"]."}}"#;
    assert_eq!(scopes(escaped).as_deref(), Some("read_api api"));
    assert_eq!(scopes(r#"{"details":{"scopes":["api",null,1]}}"#).as_deref(), Some("api 1"));
    assert_eq!(scopes(r#"{"details":{"token_scopes":["read_user"]}}"#).as_deref(), Some("read_user"));
    assert_eq!(scopes(r#"{"details":{"scopes":[]}}"#).as_deref(), Some(""));
    assert_eq!(scopes(r#"{"details":{"custom_message":"Created personal access token with id 1"}}"#), None);
}

#[test]
fn a_title_or_a_new_name_that_ends_like_an_impersonation_is_none() {
    let impersonated_by = |json: &str| text(json, "gitlab.impersonated_by");
    let key = |title: &str, message: &str| {
        format!(r#"{{"target_details":"{title}","details":{{"custom_message":"{message}"}}}}"#)
    };
    assert_eq!(impersonated_by(&key("laptop (by Bob)", "Added deploy key laptop (by Bob)")), None);
    assert_eq!(impersonated_by(&key("(by Bob)", "Added deploy key (by Bob)")), None);
    assert_eq!(impersonated_by(&key("(by Bob) (by Bob)", "Added deploy key (by Bob) (by Bob)")), None);
    let renamed =
        r#"{"details":{"change":"name","to":"b (by Bob)","custom_message":"Changed name from a to b (by Bob)"}}"#;
    assert_eq!(impersonated_by(renamed), None);
    for title in ["laptop (by Bob)", "(by Ada)", "laptop", ""] {
        let message = format!("Added deploy key {title} (by Ada)");
        assert_eq!(impersonated_by(&key(title, &message)).as_deref(), Some("Ada"), "{title}");
        assert_eq!(impersonated_by(&key(title, "Added key (by Grace)")).as_deref(), Some("Grace"), "{title}");
    }
}

#[test]
fn impersonation_and_failed_attempts() {
    let message = |message: &str| format!(r#"{{"details":{{"custom_message":"{message}"}}}}"#);
    assert_eq!(text(&message("Added GPG key (by Ada Admin)"), "gitlab.impersonated_by").as_deref(), Some("Ada Admin"));
    assert_eq!(text(&message("Added GPG key"), "gitlab.impersonated_by"), None);
    assert_eq!(text(r#"{"details":{"impersonated_by":"Ada"}}"#, "gitlab.impersonated_by").as_deref(), Some("Ada"));
    let failed = |json: &str| read(json, |event| event.attempt_failed());
    assert!(failed(&message("Attempted to create personal access token but failed with message: Permission denied")));
    assert!(!failed(&message("Created personal access token with id 1")));
    assert!(!failed(&message("Changed name from Attempted to x")));
    assert!(!failed("{}"));
}

#[test]
fn what_is_no_event_is_refused_and_leaves_nothing_behind() {
    let mut index = EventIndex::default();
    for json in ["null", "[]", "", "{", "{}{}", r#"{"author_id":1}x"#, r#"{"author_id":1,"a":}"#] {
        assert_eq!(index.parse(json).unwrap_err(), ParseError::NotAnObject, "{json}");
        assert_eq!(index.event(json).author_id(), None);
    }
    let deep = format!(r#"{{"author_id":1,"a":{}{}}}"#, "[".repeat(200), "]".repeat(200));
    assert_eq!(index.parse(&deep).unwrap_err(), ParseError::TooDeep);
    assert_eq!(index.event(&deep).author_id(), None);
    let wide = format!(r#"{{"author_id":1{}}}"#, ",\"a\":1".repeat(2000));
    assert_eq!(index.parse(&wide).unwrap_err(), ParseError::TooManyMembers);
    let wide_details = format!(r#"{{"author_id":1,"details":{{"a":1{}}}}}"#, ",\"a\":1".repeat(2000));
    assert_eq!(index.parse(&wide_details).unwrap_err(), ParseError::TooManyMembers);
    assert_eq!(index.event(&wide_details).author_id(), None);
}

#[test]
fn an_index_serves_one_event_after_another() {
    let mut index = EventIndex::default();
    let with_details = r#"{"author_id":1,"details":{"to":"x","custom_message":{"verb":"push"}}}"#;
    assert_eq!(index.parse(with_details).unwrap().git_verb().as_deref(), Some("push"));
    assert_eq!(index.parse("{}").unwrap().git_verb(), None);
    index.parse(with_details).unwrap();
    assert_eq!(index.event(with_details).changed_to().as_deref(), Some("x"));
}

#[test]
fn an_index_read_with_another_text_does_no_harm() {
    let mut index = EventIndex::default();
    index.parse(r#"{"author_id":1,"details":{"to":"x"}}"#).unwrap();
    for other in ["", "é", "{\"ééééééééééééééééééééééééééééééé", "{}"] {
        for field in audit_event::FIELDS {
            field.extract(&index.event(other), Some("to"));
        }
    }
}
