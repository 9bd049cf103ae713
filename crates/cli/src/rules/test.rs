//! `rules test`: runs the rule tests that stand beside the rules.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use enrich::SOURCE;
use falco_rules::{Engine, EngineOptions, Event, RuleTestFile, RuleTestHost, RuleTestReport, run_rule_tests};

use super::event::AuthoredEvents;
use crate::{
    Failure, Outcome,
    arguments::RulesTestArguments,
    detection::{RuleChoice, read_rules_file, rules_files},
    output::Visible,
    print::print,
};

pub(super) fn test(arguments: &RulesTestArguments) -> Result<Outcome, Failure> {
    let mut found = Found::default();
    for path in &arguments.paths {
        found.add(path).map_err(|cause| unusable(&format!("{} cannot be read: {cause}", path.display())))?;
    }
    if found.tests.is_empty() {
        return Err(unusable("there are no rule tests; files that hold them are named *_test.yaml"));
    }
    let report = run_rule_tests(&read_tests(&found.tests)?, &engine(&found.rules)?, &mut GitlabTests::default());
    if let Some(path) = &arguments.junit {
        fs::write(path, report.to_junit()).map_err(|cause| Failure::System { doing: "writing --junit", cause })?;
    }
    print(&lines(&report))?;
    let is_covered = report.without_firing_case.is_empty() && report.without_silent_case.is_empty();
    Ok(if report.is_successful() && is_covered { Outcome::Complete } else { Outcome::Incomplete })
}

/// The report, which quotes what events hold, safe for a terminal.
fn lines(report: &RuleTestReport) -> String {
    report.to_string().lines().flat_map(|line| [Visible(line).to_string(), "\n".to_owned()]).collect()
}

/// What the given files and folders hold.
#[derive(Default)]
struct Found {
    rules: Vec<PathBuf>,
    tests: Vec<PathBuf>,
}

impl Found {
    /// Adds a file, or everything below a folder.
    fn add(&mut self, path: &Path) -> io::Result<()> {
        if !path.is_dir() {
            path.metadata()?;
            let list = if is_test(path) { &mut self.tests } else { &mut self.rules };
            list.push(path.to_owned());
            return Ok(());
        }
        self.rules.extend(rules_files(path).map_err(|(_, cause)| cause)?);
        let entries = fs::read_dir(path)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
        let (folders, files): (Vec<_>, Vec<_>) = entries.into_iter().partition(|path| path.is_dir());
        self.tests.extend(files.into_iter().filter(|path| is_test(path)));
        self.tests.sort();
        folders.iter().try_for_each(|folder| self.add(folder))
    }
}

fn is_test(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    name.ends_with("_test.yaml") || name.ends_with("_test.yml")
}

fn read_tests(paths: &[PathBuf]) -> Result<Vec<RuleTestFile>, Failure> {
    let read = |path: &PathBuf| {
        let file =
            read_rules_file(path).map_err(|cause| unusable(&format!("{} cannot be read: {cause}", path.display())))?;
        RuleTestFile::parse(&file, path.parent().unwrap_or(Path::new(".")))
            .map_err(|error| unusable(&error.to_string()))
    };
    paths.iter().map(read).collect()
}

/// The rules under test, of which the first that matches speaks, as in Falco unless it is told otherwise: a case expects what an
/// operator sees.
fn engine(paths: &[PathBuf]) -> Result<Engine, Failure> {
    let rules = RuleChoice::new(paths, None).load()?;
    Ok(Engine::new(rules, &EngineOptions::default()))
}

fn unusable(problem: &str) -> Failure {
    Failure::Flag { flag: "PATH", problem: Visible(problem).to_string() }
}

/// Makes GitLab events of the JSON in rule tests.
#[derive(Default)]
struct GitlabTests {
    events: AuthoredEvents,
}

impl RuleTestHost for GitlabTests {
    fn source(&self) -> &str {
        SOURCE
    }

    fn start_case(&mut self) {
        self.events.start_anew();
    }

    fn events(&mut self, text: &str, at: Option<&str>, evaluate: &mut dyn FnMut(&dyn Event)) -> Result<(), String> {
        self.events.each(text, at, evaluate)
    }
}
