//! What comes out of a body: the events in their order, verbatim, and an error in the place of what is no event.
use audit_event::{BodyError, JsonKind, events};

fn cut(body: &str) -> Vec<Result<&str, BodyError>> {
    events(body.as_bytes()).collect()
}

const fn not_json(offset: usize) -> Result<&'static str, BodyError> {
    Err(BodyError::NotJson { offset })
}

const fn not_an_object(found: JsonKind) -> Result<&'static str, BodyError> {
    Err(BodyError::NotAnObject { found })
}

#[test]
fn one_object_is_one_event_verbatim() {
    let body = r#"{"b": 1.50, "a":"\u0041 & = + %22;", "b":null}"#;
    assert_eq!(cut(body), [Ok(body)]);
    assert_eq!(cut("{}"), [Ok("{}")]);
}

#[test]
fn a_byte_order_mark_and_white_space_are_tolerated() {
    assert_eq!(cut("\u{feff} \r\n\t{\"a\":1}\n \n"), [Ok(r#"{"a":1}"#)]);
}

#[test]
fn an_array_holds_an_event_in_each_element() {
    assert_eq!(cut(r#"[{"a":1},{"a":[{}]} , {"a":3}]"#), [Ok(r#"{"a":1}"#), Ok(r#"{"a":[{}]}"#), Ok(r#"{"a":3}"#)]);
}

#[test]
fn an_empty_array_holds_no_events_and_is_no_error() {
    assert_eq!(cut("[]"), []);
    assert_eq!(cut(" [ \n ] "), []);
}

#[test]
fn lines_and_objects_one_after_another_are_events() {
    assert_eq!(cut("{\"a\":1}\n{\"a\":2}\r\n\n{\"a\":3}"), [Ok(r#"{"a":1}"#), Ok(r#"{"a":2}"#), Ok(r#"{"a":3}"#)]);
    assert_eq!(cut(r#"{"a":1}{"a":2} {"a":3}"#), [Ok(r#"{"a":1}"#), Ok(r#"{"a":2}"#), Ok(r#"{"a":3}"#)]);
    assert_eq!(cut("[{\"a\":1}]\n[{\"a\":2}]\n{\"a\":3}"), [Ok(r#"{"a":1}"#), Ok(r#"{"a":2}"#), Ok(r#"{"a":3}"#)]);
}

#[test]
fn objects_may_span_lines() {
    assert_eq!(cut("{\n \"a\": [\n1\n]\n}\n{\n \"b\": 2\n}\n"), [Ok("{\n \"a\": [\n1\n]\n}"), Ok("{\n \"b\": 2\n}")]);
}

#[test]
fn nothing_at_all_is_an_error() {
    for body in ["", " \r\n\t", "\u{feff}", "\u{feff}\n"] {
        assert_eq!(cut(body), [Err(BodyError::Empty)]);
    }
}

#[test]
fn json_that_is_no_object_is_an_error() {
    assert_eq!(cut("null"), [not_an_object(JsonKind::Null)]);
    assert_eq!(cut("42"), [not_an_object(JsonKind::Number)]);
    assert_eq!(cut("\"{}\""), [not_an_object(JsonKind::String)]);
    assert_eq!(cut("true"), [not_an_object(JsonKind::Bool)]);
}

#[test]
fn a_body_that_is_no_json_is_one_error() {
    assert_eq!(cut("event_type=login&author=root"), [not_json(0)]);
    assert_eq!(cut("<html>\n<body>\nnot found\n</body>\n</html>\n"), [not_json(0)]);
    assert_eq!(cut("{\"a\":1"), [not_json(0)]);
    assert_eq!(cut("{'a':1}"), [not_json(0)]);
    assert_eq!(cut("{\n \"a\": 1,\n \"b\"; 2,\n \"c\": 3\n}"), [not_json(0)]);
    assert_eq!(cut("{\"a\":1,}"), [not_json(0)]);
    assert_eq!(cut("{\"a\":\"line\nbreak\"}"), [not_json(0)]);
}

#[test]
fn a_bad_element_does_not_lose_the_others() {
    assert_eq!(
        cut(r#"[{"a":1},null,"x",[{}],{"a":2}]"#),
        [
            Ok(r#"{"a":1}"#),
            not_an_object(JsonKind::Null),
            not_an_object(JsonKind::String),
            not_an_object(JsonKind::Array),
            Ok(r#"{"a":2}"#)
        ]
    );
    assert_eq!(
        cut(r#"[{"a":1},{bad:[1,2],"x":"],\","},{"a":2},{"a":3} {"a":4},{"a":5}]"#),
        [Ok(r#"{"a":1}"#), not_json(9), Ok(r#"{"a":2}"#), not_json(41), Ok(r#"{"a":5}"#)]
    );
    assert_eq!(cut(r#"[{"a":1},]"#), [Ok(r#"{"a":1}"#)]);
}

#[test]
fn an_array_cut_short_gives_its_events_and_an_error() {
    assert_eq!(cut(r#"[{"a":1},{"a":2}"#), [Ok(r#"{"a":1}"#), Ok(r#"{"a":2}"#), not_json(16)]);
    assert_eq!(cut(r#"[{"a":1},{"a":"#), [Ok(r#"{"a":1}"#), not_json(9)]);
    assert_eq!(cut("["), [not_json(1)]);
}

#[test]
fn a_bad_line_does_not_lose_the_others() {
    assert_eq!(
        cut("{\"a\":1}\nnot json\n{\"a\":2}\n42\n{\"a\":3} trailing\n{\"a\":4}"),
        [
            Ok(r#"{"a":1}"#),
            not_json(8),
            Ok(r#"{"a":2}"#),
            not_an_object(JsonKind::Number),
            Ok(r#"{"a":3}"#),
            not_json(36),
            Ok(r#"{"a":4}"#)
        ]
    );
}

#[test]
fn a_line_that_opens_something_and_ends_does_not_lose_the_next_ones() {
    for open in ["{\"a\":", "{\"a\":[", "{\"a\":{\"b\":", "[INFO starting", "[", "{\"a\":\"b"] {
        let body = format!("{open}\n{{\"a\":1}}\n{{\"a\":2}}\n");
        let found: Vec<_> = cut(&body).into_iter().flatten().collect();
        assert!(found.ends_with(&[r#"{"a":2}"#]), "{body}: {found:?}");
    }
    assert_eq!(cut("[2026-02-10] started\n{\"a\":1}"), [not_json(1), Ok(r#"{"a":1}"#)]);
}

#[test]
fn a_broken_object_over_lines_does_not_lose_the_next_one() {
    assert_eq!(cut("{\n \"a\": 1\n{\n \"b\": 2\n}\n"), [not_json(0), Ok("{\n \"b\": 2\n}")]);
}

#[test]
fn a_line_that_is_not_utf8_does_not_lose_the_others() {
    let body = b"{\"a\":1}\n{\"a\":\"\xff\"}\n{\"a\":2}\n{\"a\":\"\xc3\x28\"}";
    let found: Vec<_> = events(body).collect();
    assert_eq!(
        found,
        [
            Ok(r#"{"a":1}"#),
            Err(BodyError::NotUtf8 { offset: 14 }),
            Ok(r#"{"a":2}"#),
            Err(BodyError::NotUtf8 { offset: 32 })
        ]
    );
    assert_eq!(events(b"\xff\xfe{\0}\0").collect::<Vec<_>>(), [Err(BodyError::NotUtf8 { offset: 0 })]);
}

#[test]
fn deep_nesting_is_an_error_and_no_overflow() {
    let nested = |depth: usize| format!("{{\"a\":{}{}}}", "[".repeat(depth - 1), "]".repeat(depth - 1));
    let deepest = nested(128);
    assert_eq!(cut(&deepest), [Ok(deepest.as_str())]);
    let body = format!("{}\n{{\"a\":1}}", nested(129));
    assert_eq!(cut(&body), [Err(BodyError::TooDeep), Ok(r#"{"a":1}"#)]);
    let body = nested(1_000_000);
    assert_eq!(cut(&body), [Err(BodyError::TooDeep)]);
}

#[test]
fn hostile_bodies_take_linear_time() {
    // Read over and over, each of these would take hours.
    for unit in [
        "{\"a\":\n",
        "[\n",
        "[x\n",
        "{\n",
        "{\"a\":[\n",
        "[{\"a\":\n",
        "\"\n",
        "{\"a\":{},\n",
        "[[\n",
        "{\"a\":\"\\\"\n",
        "[1,\n",
    ] {
        let body = unit.repeat(200_000);
        assert!(cut(&body).iter().all(Result::is_err), "{unit}");
    }
    let body = format!("[x\n{}", "{}".repeat(500_000));
    assert_eq!(cut(&body).len(), 500_001);
    let body = b"\xff\n".repeat(200_000);
    assert_eq!(events(&body).count(), 200_000);
}

#[test]
fn an_error_never_repeats_what_was_sent() {
    for body in ["secret", "{\"secret\":}", "\"secret\"", "[\"secret\", secret]"] {
        for error in events(body.as_bytes()).filter_map(Result::err) {
            assert!(!format!("{error} {error:?}").contains("secret"));
        }
    }
}
