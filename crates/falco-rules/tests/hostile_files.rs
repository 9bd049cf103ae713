//! Rules files made to hurt: loading them ends, soon, with a report, and the report cannot hurt either.

#[path = "../examples/conform/probe.rs"]
#[expect(dead_code, reason = "only the schema is needed here")]
mod probe;

use falco_rules::{LoadReport, RuleSet, RulesFile};

/// What the fuzz target does.
fn load(text: &str) -> LoadReport {
    let (report, rules) = RuleSet::load(&[RulesFile::new("hostile.yaml", text)], &[probe::schema()]);
    assert_eq!(report.is_successful(), rules.is_some());
    let shown = report.to_text();
    assert!(!shown.contains(|c: char| c.is_control() && c != '\n'), "{shown:?}");
    assert!(report.to_json()["falco_load_results"].is_array());
    report
}

fn rule(condition: &str) -> String {
    let condition = serde_json::Value::from(condition);
    format!("- rule: A\n  desc: d\n  condition: {condition}\n  output: o\n  priority: INFO\n  source: tprobe\n")
}

#[test]
fn files_that_are_no_rules_files_are_refused() {
    for text in [
        "\u{0}",
        "\u{feff}",
        "%YAML 9.9\n---\n",
        "- *x",
        "&a [*a]",
        "? [a]\n: b",
        "!!binary x",
        "- !<x> {}",
        "}",
        "'",
        "\"",
    ] {
        load(text);
    }
    assert!(!load("[[[[[[").is_successful());
    assert!(!load("rule: A").is_successful());
}

#[test]
fn deep_nesting_is_refused() {
    for open in ["[", "{a: ", "- ", "? ", "- - ", "[{"] {
        assert!(!load(&open.repeat(50_000)).is_successful(), "{open}");
    }
    let exceptions = format!("  exceptions:\n  - name: e\n    fields: {}{}\n", "[".repeat(40), "]".repeat(40));
    assert!(!load(&(rule("t.s exists") + &exceptions)).is_successful());
}

#[test]
fn deep_conditions_are_refused() {
    assert!(!load(&rule(&"(".repeat(100_000))).is_successful());
    assert!(!load(&rule(&format!("{}t.s exists{}", "(".repeat(100_000), ")".repeat(100_000)))).is_successful());
    assert!(load(&rule(&format!("{}t.s exists", "not ".repeat(100_000)))).is_successful(), "that is not deep");
}

#[test]
fn laughing_aliases_are_refused() {
    let level = |level: u32| format!("- &a{level} [{}]\n", vec![format!("*a{}", level - 1); 10].join(", "));
    let mut text = "- &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    text.extend((1..20).map(level));
    assert!(!load(&text).is_successful());
}

#[test]
fn laughing_lists_are_refused() {
    let list = |level: u32| format!("- list: l{level}\n  items: [l{0}, l{0}, l{0}]\n", level - 1);
    let mut text: String = (1..40).rev().map(list).collect();
    text += "- list: l0\n  items: [a, b]\n";
    assert!(!load(&(text + &rule("t.s in (l39)"))).is_successful());
}

#[test]
fn laughing_macros_are_refused() {
    let define = |level: u32| format!("- macro: m{level}\n  condition: m{0} and m{0}\n", level - 1);
    let mut text = "- macro: m0\n  condition: t.s exists\n".to_owned();
    text.extend((1..60).map(define));
    assert!(!load(&(text + &rule("m59"))).is_successful());
}

#[test]
fn macros_in_reverse_order_do_not_exhaust_the_stack() {
    let define = |level: usize| format!("- macro: m{level}\n  condition: m{}\n", level + 1);
    let mut text: String = (0..3000).map(define).collect();
    text += "- macro: m3000\n  condition: t.s exists\n";
    // The second definition of each sees all of them.
    text += &(0..3000).map(define).collect::<String>();
    assert!(!load(&(text + &rule("m0"))).is_successful());
}

#[test]
fn a_long_line_is_not_slow() {
    let many = vec!["{thing: é}"; 10_000].join(", ");
    assert!(load(&format!("[{many}]")).is_successful());
}

#[test]
fn a_huge_scalar_is_shown_in_part() {
    let report = load(&rule(&format!("t.s = {} oops", "x".repeat(500_000))));
    assert!(!report.is_successful());
    assert!(report.to_text().len() < 2000);
}

#[test]
fn control_characters_are_escaped() {
    let report = load("- rule: \"\\e[31mred\\x07\\u202e\"\n  colour\u{202e}: x\n");
    assert!(report.to_text().contains("\\u{1b}[31mred\\u{7}\\u{202e}"), "{}", report.to_text());
}
