//! `rules explain`: a rule's condition as a tree, with the value of each field and what decided.

use std::{
    fmt::Write as _,
    fs::File,
    io::{self, Read},
    path::Path,
};

use falco_rules::{Explanation, Rule, RuleSet};

use super::event::AuthoredEvents;
use crate::{
    Failure, Outcome, arguments::RulesExplainArguments, detection::RuleChoice, output::Visible, print::print,
    suggestion::hint,
};

/// GitLab's own limit for one event.
const MAX_FILE: u64 = 25 << 20;

pub(super) fn explain(arguments: &RulesExplainArguments) -> Result<Outcome, Failure> {
    let rules = RuleChoice::new(&arguments.rules, None).load()?;
    if rules.rule(&arguments.rule).is_none() {
        return Err(unknown_rule(&arguments.rule, &rules));
    }
    let flag = |problem: String| Failure::Flag { flag: "EVENT.json", problem: Visible(&problem).to_string() };
    let text = read(&arguments.event).map_err(|cause| flag(format!("{}: {cause}", arguments.event.display())))?;
    let mut out = String::new();
    let mut events = AuthoredEvents::default();
    events
        .each(&text, None, &mut |event| {
            if let Some(explanation) = rules.explain(&arguments.rule, event) {
                let verdict = if explanation.result { "fires" } else { "does not fire" };
                _ = writeln!(out, "{} {verdict} on event {}\n", Visible(&arguments.rule), event.number());
                tree(&explanation, 0, &mut out);
                out.push('\n');
            }
        })
        .map_err(|problem| flag(format!("{}: {problem}", arguments.event.display())))?;
    out.push_str("* decided the part it belongs to\n");
    print(&out)?;
    Ok(Outcome::Complete)
}

/// One line a part, its parts indented below it. Depth is bounded by the condition's parser.
fn tree(part: &Explanation, depth: usize, out: &mut String) {
    let decided = if part.decisive { '*' } else { ' ' };
    let result = if part.result { "true " } else { "false" };
    _ = writeln!(out, "{decided} {result}  {:indent$}{}", "", Visible(&part.text), indent = 2 * depth);
    for value in &part.values {
        let shown = value.value.as_ref().map_or("has no value".to_owned(), |text| format!("= {text}"));
        _ = writeln!(
            out,
            "         {:indent$}{} {}",
            "",
            Visible(&value.operand),
            Visible(&shown),
            indent = 2 * depth + 2
        );
    }
    for part in &part.parts {
        tree(part, depth + 1, out);
    }
}

fn unknown_rule(name: &str, rules: &RuleSet) -> Failure {
    let hint = hint(name, rules.rules().iter().map(Rule::name));
    let problem = format!("there is no rule `{name}`{hint}; `falco-gitlab rules list` lists all");
    Failure::Flag { flag: "RULE", problem: Visible(&problem).to_string() }
}

fn read(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    let source: Box<dyn Read> =
        if path == Path::new("-") { Box::new(io::stdin()) } else { Box::new(File::open(path)?) };
    #[expect(clippy::disallowed_methods, reason = "bounded by MAX_FILE")]
    source.take(MAX_FILE).read_to_string(&mut text)?;
    Ok(text)
}
