//! What running rule tests showed: which cases failed and how, which rules no case covers.

use std::fmt;

/// What running rule tests showed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RuleTestReport {
    /// The cases, in the order they ran.
    pub cases: Vec<CaseOutcome>,
    /// Rules that no case makes fire.
    pub without_firing_case: Vec<String>,
    /// Rules that no case names under `silent`.
    pub without_silent_case: Vec<String>,
}

/// How one case went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseOutcome {
    /// The file the case is in.
    pub file: String,
    /// The line it begins at.
    pub line: usize,
    /// Its name.
    pub name: String,
    /// Why it failed; nothing if it passed.
    pub failure: Option<Failure>,
}

/// Why a case failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// The events could not be had: a missing file, a text that is no event.
    Events(String),
    /// The alerts are not those expected: one line an alert, `-` before what did not come, `+` before what should not have.
    Alerts(String),
    /// A rule of which the case says that it stays silent fired.
    NotSilent(String),
    /// The case names a rule that does not exist or does not run.
    UnknownRule(String),
}

impl RuleTestReport {
    /// Did all cases pass? Rules without a case do not count.
    pub fn is_successful(&self) -> bool {
        self.cases.iter().all(|case| case.failure.is_none())
    }

    /// The report as `JUnit` XML, for continuous integration.
    pub fn to_junit(&self) -> String {
        super::junit::write(self)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Events(reason) => write!(formatter, "no events: {reason}"),
            Self::Alerts(diff) => write!(formatter, "other alerts than expected:\n{diff}"),
            Self::NotSilent(rule) => write!(formatter, "the rule \"{rule}\" should be silent and fired"),
            Self::UnknownRule(rule) => write!(formatter, "no rule \"{rule}\" runs"),
        }
    }
}

impl fmt::Display for RuleTestReport {
    /// One line a case, a failing one with its reason, then the rules without a case.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for case in &self.cases {
            let CaseOutcome { file, line, name, failure } = case;
            match failure {
                None => writeln!(formatter, "ok      {file}:{line} {name}")?,
                Some(failure) => {
                    writeln!(formatter, "FAILED  {file}:{line} {name}")?;
                    for line in failure.to_string().lines() {
                        writeln!(formatter, "        {line}")?;
                    }
                }
            }
        }
        for (rules, what) in [(&self.without_firing_case, "fire"), (&self.without_silent_case, "stay silent")] {
            for rule in rules {
                writeln!(formatter, "missing a case in which \"{rule}\" must {what}")?;
            }
        }
        let failed = self.cases.iter().filter(|case| case.failure.is_some()).count();
        writeln!(formatter, "{} cases, {failed} failed", self.cases.len())
    }
}
