//! The rules that a host is given.

use std::fs;
use std::path::PathBuf;

use crate::case::RuleChoice;
use crate::failure::Failure;
use crate::products;
use crate::traffic::{MARKER_TYPE, PEER_TYPES};
use crate::workplace::Workplace;

/// What an alert's text has in front of the event's number.
pub(crate) const ALERT_MARK: &str = "bench_event=";

/// Writes what has to be written and gives the files, in the order they are to be loaded.
pub(crate) fn files(choice: RuleChoice, workplace: &Workplace) -> Result<Vec<PathBuf>, Failure> {
    let text = match choice {
        RuleChoice::None => String::new(),
        RuleChoice::One | RuleChoice::Shipped => marker_rule(),
        RuleChoice::TwentyFive => {
            let others = PEER_TYPES.iter().map(|event_type| rule(event_type, event_type, "user=%gitlab.author_name"));
            marker_rule() + &others.collect::<String>()
        }
    };
    let mut files = vec![workplace.write("rules.yaml", text)?];
    if choice == RuleChoice::Shipped {
        files.extend(shipped()?);
    }
    Ok(files)
}

/// The shipped rules, without their tests.
pub(crate) fn shipped() -> Result<Vec<PathBuf>, Failure> {
    let failed = || Failure::system("reading the folder of the shipped rules");
    let entries = fs::read_dir(products::repository().join("rules")).map_err(failed())?;
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.map_err(failed())?.path();
        let is_test = path.file_stem().is_some_and(|name| name.to_string_lossy().ends_with("_test"));
        if path.extension().is_some_and(|extension| extension == "yaml") && !is_test {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// Three fields in the output, as in the measurements of the Go plugin.
fn marker_rule() -> String {
    let output = format!("{ALERT_MARK}%gitlab.event_id user=%gitlab.author_name path=%gitlab.entity_path");
    rule("Bench marker", MARKER_TYPE, &output)
}

fn rule(name: &str, event_type: &str, output: &str) -> String {
    format!(
        "- rule: {name}\n  desc: For a measurement.\n  condition: gitlab.event_type = {event_type}\n  output: \
         \"{output}\"\n  priority: WARNING\n  source: gitlab\n"
    )
}
