//! What a rule author reads when a rules file is wrong: where, what, and what was meant.

#[path = "../examples/conform/probe.rs"]
#[expect(dead_code, reason = "only the schema is needed here")]
mod probe;

use falco_rules::{Diagnostic, LoadReport, RuleSet, RulesFile};

fn load(text: &str) -> LoadReport {
    RuleSet::load(&[RulesFile::new("rules.yaml", text)], &[probe::schema()]).0
}

fn rule(condition: &str) -> String {
    format!("- rule: A\n  desc: d\n  condition: {condition}\n  output: o\n  priority: INFO\n  source: tprobe\n")
}

fn codes(diagnostics: &[Diagnostic]) -> Vec<&str> {
    diagnostics.iter().map(|diagnostic| diagnostic.code().name()).collect()
}

#[test]
fn an_unknown_field_is_underlined_and_the_nearest_one_named() {
    let shown = load(&rule("t.s = alpha and t.sx2 = 5")).to_text();
    let expected = "\
error[LOAD_ERR_COMPILE_CONDITION]: unknown field 't.sx2'; did you mean 't.s2'?
 --> rules.yaml:3:30 in rule \"A\"
  |
3 |   condition: t.s = alpha and t.sx2 = 5
  |                              ^^^^^

rules.yaml: invalid, 1 error
";
    assert_eq!(shown, expected);
}

#[test]
fn a_place_in_a_folded_condition_is_found() {
    let shown = load(&rule(">\n    t.s = alpha\n    and t.nope = 5")).to_text();
    assert!(shown.contains("--> rules.yaml:5:9 in rule \"A\""), "{shown}");
    assert!(shown.contains("5 |     and t.nope = 5\n  |         ^^^^^^"), "{shown}");
}

#[test]
fn a_place_behind_a_list_is_found() {
    let list = "- list: names\n  items: [a, b, c, d, e, f]\n";
    let shown = load(&(list.to_owned() + &rule("t.s in (names) and t.nope exists"))).to_text();
    assert!(
        shown.contains("5 |   condition: t.s in (names) and t.nope exists\n  |                                 ^^^^^^"),
        "{shown}"
    );
}

#[test]
fn a_place_in_an_appended_condition_is_found_in_its_own_file() {
    let files = [
        RulesFile::new("base.yaml", rule("t.s exists")),
        RulesFile::new("local.yaml", "- rule: A\n  condition: and t.nope exists\n  override: {condition: append}\n"),
    ];
    let (report, rules) = RuleSet::load(&files, &[probe::schema()]);
    assert!(rules.is_none());
    let shown = report.to_text();
    assert!(shown.contains("--> local.yaml:2:18 in rule \"A\""), "{shown}");
    assert!(shown.contains("base.yaml: ok\n"), "{shown}");
}

#[test]
fn a_place_in_a_macro_is_found_in_the_macro() {
    let definition = "- macro: inner\n  condition: t.nope exists\n- macro: outer\n  condition: inner or t.s exists\n";
    let shown = load(&(definition.to_owned() + &rule("t.n > 3 and outer"))).to_text();
    assert!(shown.contains("= help: this is the macro `inner`, which the rule uses"), "{shown}");
    assert!(shown.contains("--> rules.yaml:2:14 in rule \"A\""), "{shown}");
}

#[test]
fn a_condition_put_together_is_shown_as_such() {
    let exceptions = "  exceptions:\n  - name: e\n    fields: t.s\n    values: ['a\"b c']\n";
    let shown = load(&(rule("t.s exists") + exceptions)).to_text();
    assert!(shown.contains("in the condition, put together"), "{shown}");
    assert!(shown.contains("1 | (t.s exists) and not (t.s in (\"a\"b c\"))"), "{shown}");
}

#[test]
fn an_undefined_macro_and_a_misspelt_key_get_suggestions() {
    let text =
        "- macro: failed_login\n  condition: t.s exists\n".to_owned() + &rule("faild_login") + "  prioritty: x\n";
    let shown = load(&text).to_text();
    assert!(shown.contains("did you mean 'failed_login'?"), "{shown}");
    assert!(shown.contains("= help: did you mean `priority`?"), "{shown}");
}

#[test]
fn an_output_field_is_underlined() {
    let text = rule("t.s exists").replace("output: o", "output: \"user=%t.s from=%x.nope.\"");
    let shown = load(&text).to_text();
    assert!(shown.contains("error[LOAD_ERR_COMPILE_OUTPUT]"), "{shown}");
    assert!(
        shown.contains("4 |   output: \"user=%t.s from=%x.nope.\"\n  |                           ^^^^^^^\n"),
        "{shown}"
    );
}

#[test]
fn all_problems_of_a_file_are_found_in_one_go() {
    let text = [
        "- list: L\n  itmes: [a]\n".to_owned(),
        rule("t.s exists").replace("INFO", "WARN"),
        rule("t.nope = 1").replace("output: o", "output: \"%x.nope\""),
        rule("undefined").replace("rule: A", "rule: B"),
        "- nothing: known\n- 5\n".to_owned(),
    ];
    let report = load(&text.concat());
    let file = &report.files()[0];
    assert_eq!(codes(file.diagnostics()), ["LOAD_UNKNOWN_KEY", "LOAD_ERR_YAML_VALIDATE"], "what Falco reports");
    let further = [
        "LOAD_ERR_YAML_VALIDATE",
        "LOAD_UNKNOWN_ITEM",
        "LOAD_ERR_YAML_VALIDATE",
        "LOAD_ERR_COMPILE_OUTPUT",
        "LOAD_ERR_COMPILE_CONDITION",
        "LOAD_ERR_VALIDATE",
    ];
    assert_eq!(codes(file.further()), further);
}

#[test]
fn a_wrong_priority_does_not_hide_what_is_wrong_with_the_condition_and_the_output() {
    let text = rule("t.nope = 1").replace("INFO", "WARN").replace("output: o", "output: \"%x.nope\"");
    let report = load(&text);
    let file = &report.files()[0];
    assert_eq!(codes(file.diagnostics()), ["LOAD_ERR_YAML_VALIDATE"], "what Falco reports");
    assert_eq!(codes(file.further()), ["LOAD_ERR_COMPILE_OUTPUT", "LOAD_ERR_COMPILE_CONDITION"]);
}

#[test]
fn all_problems_of_an_item_are_found_in_one_go() {
    let report = load(
        "- rule: A\n  desc: d\n  condition: t.s exists\n  priority: WARN\n  source: tprobe\n  enabled: perhaps\n  tags: one\n",
    );
    let file = &report.files()[0];
    assert_eq!(codes(file.diagnostics()), ["LOAD_ERR_YAML_VALIDATE"]);
    let messages: Vec<_> = file.further().iter().map(Diagnostic::message).collect();
    assert_eq!(messages, ["Invalid priority 'WARN'", "Can't decode YAML scalar value", "Value is not a sequence"]);
}

#[test]
fn a_broken_macro_is_no_error_of_the_rules_that_mention_it() {
    let text = "- macro: m\n  condition: t.s =\n".to_owned() + &rule("m or t.n = 1");
    let file = &load(&text).files()[0].clone();
    assert_eq!(codes(file.diagnostics()), ["LOAD_ERR_COMPILE_CONDITION"]);
    assert_eq!(codes(file.further()), [""; 0]);
}

#[test]
fn falcos_crash_is_warned_of_and_is_no_report_of_falco() {
    let report = load(&rule("concat(t.s2, t.s) = val(t.s)"));
    let file = &report.files()[0];
    assert!(file.is_successful());
    assert_eq!(codes(file.diagnostics()), [""; 0]);
    assert_eq!(codes(file.further()), ["LOAD_COMPILE_CONDITION"]);
}

#[test]
fn the_json_has_the_shape_of_falcos() {
    let report = load(&rule("t.nope = 1"));
    let json = report.to_json();
    let result = &json["falco_load_results"][0];
    assert_eq!(result["name"], "rules.yaml");
    assert_eq!(result["successful"], false);
    assert_eq!(result["warnings"], serde_json::json!([]));
    let error = &result["errors"][0];
    assert_eq!(error["code"], "LOAD_ERR_COMPILE_CONDITION");
    assert_eq!(error["codedesc"], "Error compiling condition");
    let kinds: Vec<_> =
        error["context"]["locations"].as_array().unwrap().iter().map(|at| at["item_type"].clone()).collect();
    assert_eq!(kinds, ["rules content", "rule", "rule condition", "condition expression"]);
    assert!(error["context"]["snippet"].as_str().unwrap().starts_with("  condition: t.nope = 1\n"));
    assert_eq!(error["position"], serde_json::json!({"file": "rules.yaml", "line": 3, "column": 14}));
}
