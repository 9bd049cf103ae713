//! What the items of rules files do to each other, and which code each mistake has. Falco's loader decides; the recordings
//! show part of it, these cases are the rest.

#[path = "../examples/conform/probe.rs"]
mod probe;

use falco_rules::{Diagnostic, RuleSet, RulesFile};

const RULE: &str = "- rule: A\n  desc: d\n  condition: t.s exists\n  output: o\n  priority: INFO\n  source: tprobe\n";

/// The codes of a file that is loaded behind one with the rule A.
fn codes(text: &str) -> Vec<&'static str> {
    let files = [RulesFile::new("base.yaml", RULE), RulesFile::new("rules.yaml", text)];
    let (report, _) = RuleSet::load(&files, &[probe::schema()]);
    assert!(report.files()[0].is_successful());
    report.files()[1].diagnostics().iter().map(Diagnostic::code).map(falco_rules::Code::name).collect()
}

fn check(cases: &[(&str, &[&str])]) {
    for (text, expected) in cases {
        assert_eq!(codes(text), *expected, "{text}");
    }
}

const SHAPE: &[&str] = &["LOAD_ERR_YAML_VALIDATE"];
const MEANING: &[&str] = &["LOAD_ERR_VALIDATE"];
const CONDITION: &[&str] = &["LOAD_ERR_COMPILE_CONDITION"];

#[test]
fn items_of_the_wrong_shape() {
    check(&[
        ("- 5\n", SHAPE),
        ("- [a]\n", SHAPE),
        ("- ~\n", &[]),
        ("- list: ~\n  items: []\n", SHAPE),
        ("- list: L\n  items: ~\n", SHAPE),
        ("- list: L\n  items: [[a]]\n", SHAPE),
        ("- list: L\n  items: [~]\n", SHAPE),
        ("- list: L\n  items: a\n", SHAPE),
        ("- list: L\n  items: ['']\n", &["LOAD_UNUSED_LIST"]),
        ("- list: a b\n  items: []\n", &["LOAD_INVALID_LIST_NAME", "LOAD_UNUSED_LIST"]),
        ("- macro: m\n  condition: ''\n", SHAPE),
        ("- macro: m\n  condition: ~\n", SHAPE),
        ("- macro: 1m\n  condition: t.s exists\n", &["LOAD_INVALID_MACRO_NAME", "LOAD_UNUSED_MACRO"]),
        ("- macro: m\n  condition: t.s =\n", CONDITION),
        ("- rule: A\n", SHAPE),
        ("- rule: A\n  enabled: maybe\n", SHAPE),
        ("- rule: Z\n  enabled: no\n", &["LOAD_DEPRECATED_ITEM", "LOAD_ERR_VALIDATE"]),
    ]);
}

#[test]
fn what_changes_an_earlier_item_needs_one() {
    check(&[
        ("- list: L\n  items: [a]\n  append: true\n", &["LOAD_DEPRECATED_ITEM", "LOAD_ERR_VALIDATE"]),
        ("- list: L\n  items: [a]\n  override: {items: append}\n", MEANING),
        ("- list: L\n  items: [a]\n  override: {items: replace}\n", &["LOAD_UNUSED_LIST"]),
        ("- macro: m\n  condition: or t.n = 1\n  override: {condition: append}\n", MEANING),
        ("- rule: Z\n  condition: and t.n = 1\n  append: yes\n", &["LOAD_DEPRECATED_ITEM", "LOAD_ERR_VALIDATE"]),
        ("- rule: Z\n  priority: DEBUG\n  override: {priority: replace}\n", MEANING),
        ("- rule: A\n  append: true\n", &["LOAD_DEPRECATED_ITEM", "LOAD_ERR_VALIDATE"]),
        ("- rule: A\n  append: true\n  exceptions: ~\n", &["LOAD_DEPRECATED_ITEM"]),
    ]);
}

#[test]
fn override_says_what_happens_to_each_key() {
    check(&[
        ("- rule: A\n  condition: and t.n = 1\n  override: {condition: append}\n", &[]),
        ("- rule: A\n  condition: and t.n = 1\n  override: {condition: add}\n", SHAPE),
        ("- rule: A\n  condition: and t.n = 1\n  override: {condition: [append]}\n", MEANING),
        ("- rule: A\n  condition: and t.n = 1\n  override: [append]\n", MEANING),
        ("- rule: A\n  name: x\n  override: {name: replace}\n", &["LOAD_UNKNOWN_KEY", "LOAD_ERR_YAML_VALIDATE"]),
        ("- rule: A\n  tags: x\n  override: {tags: append}\n", SHAPE),
        ("- rule: A\n  priority: LOW\n  override: {priority: replace}\n", SHAPE),
        ("- rule: A\n  desc: e\n  enabled: no\n  override: {desc: append, enabled: replace}\n", &[]),
        ("- rule: A\n  desc: e\n  enabled: no\n  override: {desc: append}\n", SHAPE),
        ("- rule: A\n  capture: true\n  override: {capture: replace}\n", &[]),
        ("- rule: A\n  condition: t.s exists\n  source: other\n  override: {condition: replace}\n", MEANING),
    ]);
}

#[test]
fn a_rule_keeps_its_source() {
    let other = RULE.replace("source: tprobe", "source: other");
    check(&[(&other, MEANING), (RULE, &[])]);
}

#[test]
fn exceptions_have_many_shapes() {
    let with = |exceptions: &str| format!("{}  exceptions:\n{exceptions}", RULE.replace("rule: A", "rule: B"));
    let cases: &[(&str, &[&str])] = &[
        ("    ~\n", &[]),
        ("    {name: e}\n", SHAPE),
        ("    - e\n", SHAPE),
        ("    - name: e\n", SHAPE),
        ("    - {name: e, fields: []}\n", MEANING),
        ("    - {name: e, fields: ~}\n", MEANING),
        ("    - {name: e, fields: t.s, comps: ~, values: [a]}\n", &[]),
        ("    - {name: e, fields: t.s, comps: [in], values: [a]}\n", MEANING),
        ("    - {name: e, fields: t.s, comps: ' in ', values: [a]}\n", &[]),
        ("    - {name: e, fields: t.s, comps: pmatch, values: [/etc]}\n", &[]),
        ("    - {name: e, fields: t.s, comps: startswith anyof, values: [al, be]}\n", &[]),
        ("    - {name: e, fields: t.s, comps: in anyof, values: [al, be]}\n", MEANING),
        ("    - {name: e, fields: t.s, values: a}\n", SHAPE),
        ("    - {name: e, fields: t.s, values: [[a]]}\n", MEANING),
        ("    - {name: e, fields: t.s, values: ['']}\n", SHAPE),
        ("    - {name: e, fields: tolower(t.s), values: [a]}\n", &[]),
        ("    - {name: e, fields: nothing(t.s), values: [a]}\n", MEANING),
        ("    - {name: e, fields: t.k, values: [a]}\n", MEANING),
        ("    - {name: e, fields: 't.k[a]', values: [a]}\n", &[]),
        ("    - {name: e, fields: [t.s, t.n], values: [a]}\n", MEANING),
        ("    - {name: e, fields: [t.s, t.n], comps: [=, like], values: [[a, 1]]}\n", MEANING),
        ("    - {name: e, fields: [t.s, t.n], comps: [glob oneof, '>='], values: [[[a, b], 1]]}\n", &[]),
        ("    - {name: e, fields: [t.s, t.n], values: [[a, x]]}\n", CONDITION),
        ("    - {name: e, fields: t.s}\n    - {name: e, fields: t.n}\n", &["LOAD_EXCEPTION_NAME_NOT_UNIQUE"]),
    ];
    for (exceptions, expected) in cases {
        assert_eq!(codes(&with(exceptions)), *expected, "{exceptions}");
    }
}

#[test]
fn exceptions_can_be_appended_to() {
    let with = |changes: &str| {
        let exceptions = "  exceptions: [{name: e, fields: t.s, values: [a]}]\n";
        let change = format!("- rule: B\n  override: {{exceptions: append}}\n  exceptions:\n{changes}");
        format!("{}{exceptions}{change}", RULE.replace("rule: A", "rule: B"))
    };
    let cases: &[(&str, &[&str])] = &[
        ("    - {name: e, values: [b]}\n", &[]),
        ("    - {name: e}\n", &["LOAD_APPEND_NO_VALUES"]),
        ("    - {name: e, fields: t.s, values: [b]}\n", MEANING),
        ("    - {name: e, comps: in, values: [b]}\n", MEANING),
        ("    - {name: f, values: [b]}\n", MEANING),
        ("    - {name: f, fields: t.n}\n", &["LOAD_APPEND_NO_VALUES", "LOAD_ERR_VALIDATE"]),
        ("    - {name: f, fields: t.n, values: [1]}\n", &[]),
    ];
    for (changes, expected) in cases {
        assert_eq!(codes(&with(changes)), *expected, "{changes}");
    }
}

#[test]
fn replaced_exceptions_are_taken_as_they_are() {
    let with =
        |exceptions: &str| format!("- rule: A\n  override: {{exceptions: replace}}\n  exceptions: [{exceptions}]\n");
    let cases: &[(&str, &[&str])] = &[
        ("{name: e, fields: t.s, comps: in, values: [a]}", &[]),
        ("{name: e, fields: t.s, values: [a]}", CONDITION),
        ("{name: e, fields: t.nope, comps: in, values: [a]}", CONDITION),
        ("{name: e, values: [a]}", SHAPE),
    ];
    for (exceptions, expected) in cases {
        assert_eq!(codes(&with(exceptions)), *expected, "{exceptions}");
    }
}

#[test]
fn requirements() {
    check(&[
        ("- required_engine_version: 0.63.0\n", &[]),
        ("- required_engine_version: 0.63.1\n", MEANING),
        ("- required_engine_version: 1.0.0\n", MEANING),
        ("- required_engine_version: 64\n", MEANING),
        ("- required_engine_version: '12'\n", &[]),
        ("- required_engine_version: 0.5\n", SHAPE),
        ("- required_engine_version: ~\n", SHAPE),
        ("- required_engine_version: [1]\n", SHAPE),
        ("- required_plugin_versions: tprobe\n", SHAPE),
        ("- required_plugin_versions: [tprobe]\n", SHAPE),
        ("- required_plugin_versions: [{name: tprobe}]\n", SHAPE),
        ("- required_plugin_versions: [{name: tprobe, version: 0.1}]\n", MEANING),
        ("- required_plugin_versions: [{name: tprobe, version: 0.1.0}]\n", &[]),
        ("- required_plugin_versions: [{name: tprobe, version: 0.1.1}]\n", &["PLUGIN_REQUIREMENT"]),
        (
            "- required_plugin_versions: [{name: x, version: 1.0.0, alternatives: [{name: tprobe, version: 0.0.9}]}]\n",
            &[],
        ),
        ("- required_plugin_versions: [{name: x, version: 1.0.0, alternatives: {name: tprobe}}]\n", SHAPE),
        (
            "- required_plugin_versions: [{name: x, version: 1.0.0, alternatives: [{name: x, version: 1.0.0}]}]\n",
            MEANING,
        ),
    ]);
}

#[test]
fn macros_see_what_first_appeared_before_their_last_change() {
    let late = "- macro: a\n  condition: b\n- macro: b\n  condition: t.s exists\n";
    let again = "- macro: a\n  condition: b or t.n = 1\n";
    let uses = "- rule: A\n  condition: and a\n  override: {condition: append}\n";
    check(&[
        (late, MEANING),
        (&[late, again, uses].concat(), &[]),
        (&["- macro: a\n  condition: t.s exists\n- macro: a\n  condition: a or t.n = 1\n", uses].concat(), MEANING),
    ]);
}

#[test]
fn lists_of_lists_are_put_in_place_in_order() {
    let fires = |lists: &str| {
        let rule = RULE.replace("t.s exists", "t.s in (top)");
        let files = [RulesFile::new("r.yaml", lists.to_owned() + &rule)];
        let (report, rules) = RuleSet::load(&files, &[probe::schema()]);
        let engine = falco_rules::Engine::new(rules.expect("valid"), &falco_rules::EngineOptions::default());
        let events = probe::Probe::read_all("{\"s\": \"alpha\"}\n").expect("JSON");
        let fired = engine.evaluate("tprobe", &events[0], &mut falco_rules::Scratch::default()).len();
        (fired == 1, report.files()[0].diagnostics().len())
    };
    let (low, middle, top) =
        ("- list: low\n  items: [alpha]\n", "- list: middle\n  items: [low]\n", "- list: top\n  items: [middle]\n");
    assert_eq!(fires(&[top, middle, low].concat()), (true, 0), "each comes before those it names");
    assert_eq!(fires(&[low, middle, top].concat()), (false, 0), "two levels down, the name itself is the item");
}

#[test]
fn only_unknown_fields_can_be_skipped() {
    let skipping = |from: &str, to: &str| RULE.replace(from, to) + "  skip-if-unknown-filter: true\n";
    check(&[
        (&skipping("t.s exists", "t.nope = 1"), &["LOAD_UNKNOWN_FILTER"]),
        (&skipping("t.s exists", "t.kind = 1"), CONDITION),
        (&skipping("t.s exists", "t.kind[a] = 1"), &["LOAD_UNKNOWN_FILTER"]),
        (&skipping("output: o", "output: '%x'"), &["LOAD_UNKNOWN_FILTER"]),
        (&skipping("output: o", "output: 100%"), &["LOAD_ERR_COMPILE_OUTPUT"]),
        (&skipping("output: o", "output: ' '"), &["LOAD_ERR_COMPILE_OUTPUT"]),
    ]);
}

#[test]
fn deprecated_fields_are_warned_of_before_they_are_missed() {
    check(&[
        (
            &RULE.replace("t.s exists", "evt.dir = < or evt.dir = >"),
            &["LOAD_DEPRECATED_ITEM", "LOAD_ERR_COMPILE_CONDITION"],
        ),
        (&RULE.replace("output: o", "output: the evt.dir"), &["LOAD_DEPRECATED_ITEM"]),
        (
            &RULE.replace("t.s exists", "ka.a = <NA> and ka.b = <NA>"),
            &["LOAD_UNSAFE_NA_CHECK", "LOAD_ERR_COMPILE_CONDITION"],
        ),
    ]);
}
