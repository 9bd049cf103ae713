//! Rule tests: the alerts must be exactly those expected, and the report says what differs and what no case covers.

#[path = "../examples/conform/probe.rs"]
mod probe;

use std::path::Path;

use falco_rules::{
    Engine, EngineOptions, Event, Failure, RuleMatching, RuleSet, RuleTestFile, RuleTestHost, RuleTestReport,
    RulesFile, run_rule_tests,
};

/// Events are JSON, one a line, and are numbered anew in each case.
#[derive(Default)]
struct Host {
    cases: usize,
}

impl RuleTestHost for Host {
    fn source(&self) -> &'static str {
        "tprobe"
    }

    fn start_case(&mut self) {
        self.cases += 1;
    }

    fn events(&mut self, text: &str, at: Option<&str>, evaluate: &mut dyn FnMut(&dyn Event)) -> Result<(), String> {
        if at == Some("never") {
            return Err("`never` is no time".to_owned());
        }
        for event in probe::Probe::read_all(text).map_err(|error| error.to_string())? {
            evaluate(&event);
        }
        Ok(())
    }
}

const RULES: &str = "
- rule: Alpha
  desc: d
  condition: t.s = alpha
  output: seen %t.s
  priority: WARNING
  source: tprobe
- rule: Large
  desc: d
  condition: t.n > 100
  output: n=%t.n
  priority: CRITICAL
  source: tprobe
";

fn run(tests: &str) -> RuleTestReport {
    let (report, rules) = RuleSet::load(&[RulesFile::new("rules.yaml", RULES)], &[probe::schema()]);
    assert!(report.is_successful(), "{}", report.to_text());
    let options = EngineOptions { rule_matching: RuleMatching::All, ..EngineOptions::default() };
    let engine = Engine::new(rules.expect("no errors"), &options);
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/conformance"));
    let file = RuleTestFile::parse(&RulesFile::new("rules_test.yaml", tests), folder).expect("a file of rule tests");
    run_rule_tests(&[file], &engine, &mut Host::default())
}

fn failure(tests: &str) -> String {
    run(tests).cases[0].failure.as_ref().map(Failure::to_string).unwrap_or_default()
}

#[test]
fn cases_with_the_alerts_they_expect_pass() {
    let report = run("
- test: two alerts of one event, in rule order
  events:
    - event: {s: alpha, n: 101}
    - event: {s: beta}
  alerts:
    - Alpha
    - rule: Large
      priority: critical
      output: n=101
      output_fields: {t.n: 101}
- test: small numbers and other texts are silent
  events:
    - event: {s: beta, n: 100}
  silent: [Alpha, Large]
");
    assert!(report.is_successful(), "{report}");
    assert!(report.without_firing_case.is_empty());
    assert!(report.without_silent_case.is_empty());
    assert!(report.to_string().ends_with("2 cases, 0 failed\n"), "{report}");
}

#[test]
fn events_can_come_from_a_file() {
    let report = run("- test: recorded\n  events: [{file: events.ndjson}]\n  alerts: [Alpha, Large, Large]\n");
    assert!(report.is_successful(), "{report}");
    let missing = failure("- test: x\n  events: [{file: nowhere.json}]\n");
    assert!(missing.starts_with("no events: ") && missing.contains("nowhere.json"), "{missing}");
}

#[test]
fn what_differs_is_shown() {
    let diff = failure(
        "
- test: x
  events: [{event: {s: alpha, n: 200}}]
  alerts:
    - rule: Large
      priority: WARNING
      output_fields: {t.n: 7}
",
    );
    let expected =
        "other alerts than expected:\n- Large priority=Warning t.n=7\n+ Alpha\n+ Large priority=Critical t.n=200";
    assert_eq!(diff, expected);
}

#[test]
fn a_rule_named_silent_must_not_fire() {
    let failure = failure("- test: x\n  events: [{event: {s: alpha}}]\n  alerts: [Alpha]\n  silent: [Alpha]\n");
    assert_eq!(failure, "the rule \"Alpha\" should be silent and fired");
}

#[test]
fn a_rule_nobody_knows_is_named() {
    assert_eq!(failure("- test: x\n  events: []\n  alerts: [Alhpa]\n"), "no rule \"Alhpa\" runs");
}

#[test]
fn events_that_are_none_fail_the_case() {
    assert_eq!(failure("- test: x\n  events: [{event: {s: a}, at: never}]\n"), "no events: `never` is no time");
}

#[test]
fn rules_without_a_case_are_named() {
    let report = run("- test: x\n  events: [{event: {s: alpha}}]\n  alerts: [Alpha]\n  silent: [Large]\n");
    assert_eq!(report.without_firing_case, ["Large"]);
    assert_eq!(report.without_silent_case, ["Alpha"]);
    assert!(report.to_string().contains("missing a case in which \"Large\" must fire"), "{report}");
    assert!(report.to_junit().contains("<testcase name=\"x\" classname=\"rules_test.yaml\""), "{}", report.to_junit());
}
