//! What the grammar takes, and where it says that something is wrong.

use super::parse;

fn printed(text: &str) -> String {
    parse(text).unwrap_or_else(|error| panic!("{text}: {error} at {:?}", error.span)).to_string()
}

#[test]
fn and_binds_closer_than_or_and_not_closest() {
    assert_eq!(printed("not a and b or c"), "(not a and b) or c");
    assert_eq!(printed("a and(b or not not c)"), "a and (b or c)");
}

#[test]
fn an_and_after_or_with_its_parenthesis_attached_is_refused_as_in_falco() {
    assert!(parse("a or(b) and c").is_err());
    assert!(parse("a or (b) and c").is_ok());
}

#[test]
fn operators_need_no_word_boundary() {
    assert_eq!(printed("t.s in(a,b)and t.n<=5"), "t.s in (a, b) and t.n <= 5");
    assert!(parse("t.s startswith(a)").is_err());
}

#[test]
fn strings_print_so_that_they_read_back() {
    for text in [r#"t.s = "a b\ ""#, r#"t.s = 'it\'s "x"'"#, r"t.s = a\b", r#"t.s in ("a,b", c, "")"#] {
        let tree = parse(text).expect(text);
        let again = parse(&tree.to_string()).expect("printed");
        assert_eq!(tree.to_string(), again.to_string());
    }
    assert_eq!(printed(r#"t.s = "a b\ ""#), r#"t.s = "a b\ ""#);
}

#[test]
fn errors_point_at_the_word_that_is_wrong() {
    let text = "t.s = alpha t.n = 5";
    let error = parse(text).expect_err("no operator between the checks");
    assert_eq!(&text[error.span.range()], "t.n");
}

#[test]
fn nesting_is_bounded() {
    let deep = "(".repeat(100_000);
    assert!(parse(&deep).is_err());
    assert!(parse(&format!("{}a", "not ".repeat(100_000))).is_ok());
    let nested = format!("{}a{}", "(".repeat(super::MAX_DEPTH), ")".repeat(super::MAX_DEPTH));
    assert!(parse(&nested).is_ok());
}
