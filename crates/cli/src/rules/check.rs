//! `rules check`: what is wrong with rules files, as Falco sees it and beyond.

use enrich::schema;
use falco_rules::RuleSet;

use crate::{Failure, Outcome, arguments::RulesCheckArguments, detection::RuleChoice, output::Counted, print::print};

pub(super) fn check(arguments: &RulesCheckArguments) -> Result<Outcome, Failure> {
    let (files, _) = RuleChoice::new(&arguments.files, None).read()?;
    let (report, rules) = RuleSet::load(&files, &[schema()]);
    if arguments.json {
        print(&format!("{}\n", report.to_json()))?;
    } else {
        let summary = rules.map_or_else(
            || "the rules cannot be used\n".to_owned(),
            |rules| {
                let (rules, files) = (rules.rules().len(), files.len());
                format!("{} in {} can be used\n", Counted::length(rules, "rule"), Counted::length(files, "file"))
            },
        );
        print(&(report.to_text() + &summary))?;
    }
    Ok(if report.is_successful() { Outcome::Complete } else { Outcome::Incomplete })
}
