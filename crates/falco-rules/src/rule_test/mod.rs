//! Tests of rules, beside the rules: these events must raise exactly these alerts.

mod case;
mod difference;
mod junit;
mod outcome;
mod run;
mod yaml_to_json;

pub use case::{ExpectedAlert, RuleTestError, RuleTestFile, TestCase, TestEvent, TestEventSource};
pub use outcome::{CaseOutcome, Failure, RuleTestReport};
pub use run::{RuleTestHost, run_rule_tests};
