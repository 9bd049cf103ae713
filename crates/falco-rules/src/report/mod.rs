//! What loading rules files found: for people, and as JSON in the shape of Falco's own report.

mod human;
mod json;

use crate::RulesFile;
use crate::diagnostic::Diagnostic;

/// What loading a number of rules files found.
#[derive(Debug, Clone)]
pub struct LoadReport {
    /// The files as given, to show their lines.
    pub(crate) sources: Vec<RulesFile>,
    pub(crate) files: Vec<FileReport>,
}

/// What loading one rules file found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileReport {
    /// What Falco reports: all warnings up to the first error, and that error.
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// What Falco would report once that error is gone, and what only we report.
    pub(crate) further: Vec<Diagnostic>,
}

impl LoadReport {
    /// Did all files load? Warnings do not count.
    pub fn is_successful(&self) -> bool {
        self.files.iter().all(FileReport::is_successful)
    }

    /// The reports of the files, in the order the files were given.
    pub fn files(&self) -> &[FileReport] {
        &self.files
    }

    /// The report for people: each problem with its lines, the offending text underlined, and what was expected.
    ///
    /// Control characters of a rules file are shown escaped, so that a file cannot write to the reader's terminal.
    pub fn to_text(&self) -> String {
        human::render(self)
    }

    /// The report in the shape of `falco -V … -o json_output=true`: `{"falco_load_results": [{"name", "successful",
    /// "errors": [{"code", "codedesc", "message", "context": {"locations", "snippet"}}], "warnings": […]}]}`.
    ///
    /// Each problem has three more members: `position` (file, line and column from 1), `help` (what was expected), and
    /// `further`, true where Falco, which stops at the first error of a file, does not report the problem (yet).
    pub fn to_json(&self) -> serde_json::Value {
        json::report(self)
    }
}

impl FileReport {
    /// Did the file load? Warnings do not count.
    pub fn is_successful(&self) -> bool {
        !self.diagnostics.iter().any(|diagnostic| diagnostic.code().is_error())
    }

    /// The problems Falco reports: every warning up to the first error, and that error.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// The problems behind the first error, which Falco reports only once that is gone, and those it never reports.
    pub fn further(&self) -> &[Diagnostic] {
        &self.further
    }
}
