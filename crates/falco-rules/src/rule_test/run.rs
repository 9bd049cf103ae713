//! Runs rule tests: each case from a clean state, its events in order, its alerts compared with those expected.

use std::collections::HashSet;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::case::{RuleTestFile, TestCase, TestEventSource};
use super::difference::{Raised, difference};
use super::outcome::{CaseOutcome, Failure, RuleTestReport};
use crate::{Engine, Event, Scratch};

/// The largest file of events read, in bytes.
const MAX_EVENT_FILE: u64 = 64 << 20;

/// Makes events of the JSON in a rule test: what this crate knows nothing of.
pub trait RuleTestHost {
    /// The event source the events are of.
    fn source(&self) -> &str;

    /// Forgets what the events of the case before left behind.
    fn start_case(&mut self);

    /// Passes each event in a text to `evaluate`, in order. `at` is when they happen, if the test says so.
    ///
    /// # Errors
    /// The text holds no events, or the time is none; the reason is shown to the author of the test.
    fn events(&mut self, text: &str, at: Option<&str>, evaluate: &mut dyn FnMut(&dyn Event)) -> Result<(), String>;
}

/// Runs the cases of all files against the rules of an engine.
pub fn run_rule_tests(files: &[RuleTestFile], engine: &Engine, host: &mut dyn RuleTestHost) -> RuleTestReport {
    let source = host.source().to_owned();
    let rules: Vec<String> = engine.rules(&source).map(|rule| rule.name().to_owned()).collect();
    let mut runner = Runner {
        engine,
        source,
        known: rules.iter().cloned().collect(),
        fired: HashSet::new(),
        silent: HashSet::new(),
    };
    let mut report = RuleTestReport::default();
    for file in files {
        for case in &file.cases {
            let failure = runner.run(case, host).err();
            report.cases.push(CaseOutcome {
                file: file.name.clone(),
                line: case.line,
                name: case.name.clone(),
                failure,
            });
        }
    }
    let without = |covered: &HashSet<String>| rules.iter().filter(|rule| !covered.contains(*rule)).cloned().collect();
    report.without_firing_case = without(&runner.fired);
    report.without_silent_case = without(&runner.silent);
    report
}

struct Runner<'a> {
    engine: &'a Engine,
    source: String,
    known: HashSet<String>,
    fired: HashSet<String>,
    silent: HashSet<String>,
}

impl Runner<'_> {
    fn run(&mut self, case: &TestCase, host: &mut dyn RuleTestHost) -> Result<(), Failure> {
        let named = case.alerts.iter().map(|alert| &alert.rule).chain(&case.silent);
        if let Some(unknown) = named.into_iter().find(|rule| !self.known.contains(*rule)) {
            return Err(Failure::UnknownRule(unknown.clone()));
        }
        let alerts = self.alerts(case, host).map_err(Failure::Events)?;
        if let Some(rule) = case.silent.iter().find(|rule| alerts.iter().any(|alert| alert.rule == **rule)) {
            return Err(Failure::NotSilent(rule.clone()));
        }
        if let Some(diff) = difference(&case.alerts, &alerts) {
            return Err(Failure::Alerts(diff));
        }
        self.fired.extend(alerts.into_iter().map(|alert| alert.rule));
        self.silent.extend(case.silent.iter().cloned());
        Ok(())
    }

    fn alerts(&self, case: &TestCase, host: &mut dyn RuleTestHost) -> Result<Vec<Raised>, String> {
        let mut raised = Vec::new();
        let mut scratch = Scratch::default();
        host.start_case();
        for event in &case.events {
            let text = match &event.source {
                TestEventSource::Inline(json) => json.to_string(),
                TestEventSource::File(path) => read(path)?,
            };
            host.events(&text, event.at.as_deref(), &mut |event| {
                let alerts = self.engine.alerts(&self.source, event, &mut scratch);
                raised.extend(alerts.iter().map(Raised::new));
            })?;
        }
        Ok(raised)
    }
}

fn read(path: &Path) -> Result<String, String> {
    let failed = |error: std::io::Error| format!("{}: {error}", path.display());
    let file = File::open(path).map_err(failed)?;
    let mut text = String::new();
    #[expect(clippy::disallowed_methods, reason = "bounded by Read::take")]
    let size = file.take(MAX_EVENT_FILE + 1).read_to_string(&mut text).map_err(failed)?;
    if size as u64 > MAX_EVENT_FILE {
        return Err(format!("{}: larger than {MAX_EVENT_FILE} bytes", path.display()));
    }
    Ok(text)
}
