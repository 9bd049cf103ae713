//! Which rules files are used, and what is said about them.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
};

use enrich::schema;
use falco_rules::{LoadReport, MAX_FILE_SIZE, RuleSet, RulesFile};

use super::builtin;
use crate::{Failure, falco_yaml::FalcoYaml};

/// Which rules are used.
#[derive(Debug, Clone)]
pub(crate) struct RuleChoice<'a> {
    source: RuleSource<'a>,
    /// Priorities, selections and matching; none for the defaults.
    pub(super) file: Option<&'a FalcoYaml>,
}

#[derive(Debug, Clone, Copy)]
enum RuleSource<'a> {
    /// The rules that come with the command.
    Builtin,
    /// `--rules`: each must be there.
    Flags(&'a [PathBuf]),
    /// `rules_files`: as in Falco a missing one is skipped; unlike there it is told.
    FalcoYaml(&'a [PathBuf]),
}

impl<'a> RuleChoice<'a> {
    /// Flags win over falco.yaml, which wins over the built-in rules.
    pub(crate) fn new(flags: &'a [PathBuf], file: Option<&'a FalcoYaml>) -> Self {
        let configured = file.and_then(|file| file.rules_files.as_deref());
        let source = match configured {
            _ if !flags.is_empty() => RuleSource::Flags(flags),
            Some(paths) => RuleSource::FalcoYaml(paths),
            None => RuleSource::Builtin,
        };
        Self { source, file }
    }

    /// The rules, compiled, where nobody wants to know of warnings.
    pub(crate) fn load(&self) -> Result<RuleSet, Failure> {
        let (files, _) = self.read()?;
        let (report, rules) = RuleSet::load(&files, &[schema()]);
        rules.ok_or_else(|| self.unusable(&report))
    }

    /// Why rules that were read cannot be used.
    pub(crate) fn unusable(&self, report: &LoadReport) -> Failure {
        let key = match self.source {
            RuleSource::Builtin => "built-in rules",
            RuleSource::Flags(_) => "--rules",
            RuleSource::FalcoYaml(_) => "rules_files",
        };
        Failure::Rules { key, report: report.to_text().trim_end().to_owned() }
    }

    /// Whether these are the rules that come with the command.
    pub(super) const fn is_builtin(&self) -> bool {
        matches!(self.source, RuleSource::Builtin)
    }

    /// The files' texts, and what to tell about those that are not there.
    pub(crate) fn read(&self) -> Result<(Vec<RulesFile>, Vec<String>), Failure> {
        let (paths, is_required) = match self.source {
            RuleSource::Builtin => return Ok((builtin::rules_files(), Vec::new())),
            RuleSource::Flags(paths) => (paths, true),
            RuleSource::FalcoYaml(paths) => (paths, false),
        };
        let mut files = Vec::new();
        let mut warnings = Vec::new();
        for path in paths {
            if !is_required && !path.exists() {
                warnings.push(format!("rules_files: {} is not there; it is skipped", path.display()));
                continue;
            }
            let unreadable = |(path, cause): (PathBuf, io::Error)| {
                let problem = format!("the rules file {} cannot be read: {cause}", path.display());
                if is_required {
                    Failure::Flag { flag: "--rules", problem }
                } else {
                    Failure::Key { key: "rules_files", problem }
                }
            };
            for path in rules_files(path).map_err(unreadable)? {
                files.push(read_rules_file(&path).map_err(|cause| unreadable((path.clone(), cause)))?);
            }
        }
        Ok((files, warnings))
    }
}

/// A file as it is; a folder as the `.yaml` and `.yml` files in it, sorted by name, without rule tests (`*_test.yaml`) and
/// without those of folders in it.
pub(crate) fn rules_files(path: &Path) -> Result<Vec<PathBuf>, (PathBuf, io::Error)> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let is_rules_file = |path: &PathBuf| {
        let extension = path.extension().and_then(|extension| extension.to_str());
        let is_test = path.file_stem().and_then(|stem| stem.to_str()).is_some_and(|stem| stem.ends_with("_test"));
        matches!(extension, Some("yaml" | "yml")) && !is_test && path.is_file()
    };
    let entries = fs::read_dir(path).and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect());
    let mut entries: Vec<PathBuf> = entries.map_err(|cause| (path.to_owned(), cause))?;
    entries.retain(is_rules_file);
    entries.sort();
    Ok(entries)
}

/// A rules file; at most one byte more than the loader takes, so that it can say that the file is too large.
pub(crate) fn read_rules_file(path: &Path) -> io::Result<RulesFile> {
    let mut text = String::new();
    #[expect(clippy::disallowed_methods, reason = "bounded by MAX_FILE_SIZE")]
    File::open(path)?.take(MAX_FILE_SIZE as u64 + 1).read_to_string(&mut text)?;
    Ok(RulesFile::new(path.display().to_string(), text))
}
