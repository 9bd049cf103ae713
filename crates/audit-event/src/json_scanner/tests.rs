//! The scanner against `serde_json`.

use proptest::prelude::*;
use serde_json::value::RawValue;

use super::*;

/// Where the first value of `text` ends, as `serde_json` says.
fn end_by_serde_json(text: &str) -> Option<usize> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<&RawValue>();
    values.next()?.ok()?;
    Some(values.byte_offset())
}

fn end(text: &str) -> Option<usize> {
    let mut scanner = JsonScanner::new(text);
    scanner.value().ok()?;
    Some(scanner.position())
}

#[test]
fn what_serde_json_accepts_is_accepted_and_nothing_else() {
    let texts = [
        "1",
        "-",
        "-0",
        "01",
        "1.",
        "1.5",
        ".5",
        "1e",
        "1e5",
        "1E+5",
        "1e-",
        "-1.25e10",
        "1x",
        "1 x",
        "+1",
        "NaN",
        "true",
        "tru",
        "truex",
        "true,",
        "false",
        "null",
        "nul",
        "",
        " ",
        "\u{c}1",
        r#""""#,
        r#""a"#,
        r#""a\"#,
        r#""\x""#,
        r#""\u12""#,
        r#""\u12g4""#,
        r#""\ud800""#,
        r#""\"\\\/\b\f\n\r\t""#,
        "\"\u{1f}\"",
        "\"\t\"",
        "\"é\u{7f}\"",
        "[]",
        "[ ]",
        "[1,]",
        "[,1]",
        "[1 2]",
        "[1,2",
        "[[],[[]]]",
        "[}",
        "{}",
        "{ }",
        "{]",
        r#"{"a"}"#,
        r#"{"a":}"#,
        r#"{"a":1,}"#,
        r#"{"a":1"#,
        r#"{"a" : [ {"b":{}} , null ] }x"#,
        "{1:2}",
        r#"{"a":1 "b":2}"#,
        "{}{}",
        "[]1",
    ];
    for text in texts {
        assert_eq!(end(text), end_by_serde_json(text), "{text:?}");
    }
}

#[test]
fn depth_is_counted_however_deep_it_is() {
    for depth in [0, 1, 2, 63, 64, 65, 127, 128, 129, 200, 10_000] {
        let text = format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
        assert_eq!(JsonScanner::new(&text).value(), Ok(depth));
        let text = format!("{}1{}", r#"{"a":"#.repeat(depth), "}".repeat(depth));
        assert_eq!(JsonScanner::new(&text).value(), Ok(depth));
        let text = format!("{}1{}", "[".repeat(depth), "}".repeat(depth));
        assert_eq!(JsonScanner::new(&text).value().is_ok(), depth == 0);
    }
    assert_eq!(JsonScanner::new("[[],[[{}]],1]").value(), Ok(4));
    assert_eq!(JsonScanner::new(r#"{"a":"[[[["}"#).value(), Ok(1));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn any_text_like_json_is_judged_as_by_serde_json(
        text in r#"([\[\]{},: \n\\"]|"[a-z\\"]{0,9}"|"a":|\{"a":[0-9.eE+-]{0,4}\}|null|true|\[\]|é|\\u00[0-9a-g]{2}){0,40}"#
    ) {
        prop_assert_eq!(end(&text), end_by_serde_json(&text));
    }
}
