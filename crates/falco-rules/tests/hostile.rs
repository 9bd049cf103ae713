//! Conditions made to break the parser or the compiler.

#[path = "fuzz/condition.rs"]
mod condition;

use condition::try_condition;
use proptest::prelude::*;

/// Pieces of the language in any order get further into it than arbitrary text does.
fn pieces() -> impl Strategy<Value = String> {
    const PIECES: [&str; 58] = [
        "a.text",
        "a.texts",
        "a.number",
        "a.truth",
        "a.address",
        "a.network",
        "a.key",
        "a.index",
        "[k]",
        "[0]",
        "[\"q\"]",
        "(",
        ")",
        "((",
        "))",
        " ",
        " ",
        "\n",
        "and",
        " and ",
        "or",
        " or ",
        "not ",
        "not(",
        "=",
        "==",
        "!=",
        "<",
        "<=",
        ">",
        " in ",
        " intersects ",
        " pmatch ",
        " contains ",
        " icontains ",
        " startswith ",
        " endswith ",
        " glob ",
        " iglob ",
        " regex ",
        " exists",
        " anyof ",
        " oneof ",
        " allof ",
        "val(",
        "tolower(",
        "len(",
        "join(",
        "getopt(",
        ",",
        "\"",
        "'",
        "\\",
        "0x1F",
        "-1",
        "10.0.0.0/8",
        "list",
        "m",
    ];
    prop::collection::vec(prop::sample::select(PIECES.as_slice()), 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn no_text_breaks_anything(text in any::<String>()) {
        try_condition(&text);
    }

    #[test]
    fn no_sequence_of_tokens_breaks_anything(text in pieces()) {
        try_condition(&text);
    }

    #[test]
    fn no_pattern_breaks_anything(pattern in "[a-c(){}\\[\\]*+?|^$.,0-9:\\\\-]{0,30}") {
        try_condition(&format!("a.text regex \"{}\"", pattern.replace('\\', "\\\\")));
        try_condition(&format!("a.text glob \"{}\"", pattern.replace('\\', "\\\\")));
    }
}

/// What the fuzzer found.
#[test]
fn texts_that_once_broke_something_do_so_no_more() {
    try_condition("a.index[9\0] exists");
}

#[test]
fn what_is_nested_or_repeated_a_hundred_thousand_times_is_answered_at_once() {
    const TIMES: usize = 100_000;
    try_condition(&"(".repeat(TIMES));
    try_condition(&format!("{}a.text = x{}", "(".repeat(TIMES), ")".repeat(TIMES)));
    try_condition(&format!("{}a.text = x", "not ".repeat(TIMES)));
    try_condition(&format!("{}a.text = x", "not (".repeat(TIMES)));
    try_condition(&format!("{}a.text", "tolower(".repeat(TIMES)));
    try_condition(&format!("a.text in ({}x)", "x, ".repeat(TIMES)));
    try_condition(&format!("a.text = x{}", " or a.text = x".repeat(TIMES / 2)));
    try_condition(&format!("a.text in ({})", "list ".repeat(TIMES)));
    try_condition(&"%a.text".repeat(TIMES));
    try_condition(&format!("%{}", "a.".repeat(TIMES)));
    try_condition(&format!("a.text regex \"{}\"", "(a{1000}){1000}".repeat(100)));
    try_condition(&format!("a.text = \"{}\"", "\\".repeat(TIMES)));
}
