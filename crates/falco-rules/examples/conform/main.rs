//! Compares our rule language with recordings of the real Falco: `conform DIR`.
//!
//! DIR holds `events.ndjson`, and of `conditions.ndjson`, `rule_files.ndjson` and `selection.ndjson` with
//! `selection_rules.yaml` those that are to be compared. Each disagreement is printed; the last line is `agree N of M`, and the
//! exit code is 1 if any disagrees.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "printing is what this program is for")]

mod conditions;
mod probe;
mod rule_files;
mod selection;

use std::path::Path;
use std::process::ExitCode;
use std::{fs, io};

fn main() -> ExitCode {
    let Some(folder) = std::env::args_os().nth(1) else {
        eprintln!("usage: conform DIR");
        return ExitCode::from(2);
    };
    match run(Path::new(&folder)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{}: {error}", folder.to_string_lossy());
            ExitCode::from(2)
        }
    }
}

fn run(folder: &Path) -> io::Result<bool> {
    let schemas = rule_files::schemas();
    let events = probe::Probe::read_all(&fs::read_to_string(folder.join("events.ndjson"))?)?;
    let mut comparison = conditions::Comparison::default();
    if let Some(recorded) = read_if_there(&folder.join("conditions.ndjson"))? {
        comparison.add(conditions::compare(&recorded, &events, &schemas[0])?);
    }
    if let Some(recorded) = read_if_there(&folder.join("rule_files.ndjson"))? {
        comparison.add(rule_files::compare(&recorded, &events, &schemas)?);
    }
    if let Some(recorded) = read_if_there(&folder.join("selection.ndjson"))? {
        let rules = fs::read_to_string(folder.join("selection_rules.yaml"))?;
        comparison.add(selection::compare(&recorded, &rules, &events, &schemas)?);
    }
    for disagreement in &comparison.disagreements {
        println!("{disagreement}");
    }
    println!("agree {} of {}", comparison.compared - comparison.disagreements.len(), comparison.compared);
    Ok(comparison.disagreements.is_empty())
}

fn read_if_there(file: &Path) -> io::Result<Option<String>> {
    match fs::read_to_string(file) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
