//! `rules list`: what rules there are, and which event types each looks at.

use enrich::EVENT_TYPE;
use std::fmt::Write as _;

use falco_rules::{Rule, RuleSet};
use serde_json::{Value, json};

use crate::{
    Failure, Outcome,
    arguments::RulesListArguments,
    detection::RuleChoice,
    output::{Visible, VisibleJson},
    print::print,
};

pub(super) fn list(arguments: &RulesListArguments) -> Result<Outcome, Failure> {
    let rules = RuleChoice::new(&arguments.rules, None).load()?;
    print(&if arguments.json {
        json(&rules)
    } else if arguments.markdown {
        markdown(&rules)
    } else {
        readable(&rules)
    })?;
    Ok(Outcome::Complete)
}

/// An array of objects. `event_types` is null where a rule looks at events of any type.
fn json(rules: &RuleSet) -> String {
    let rule = |rule: &Rule| {
        json!({
            "name": rule.name(),
            "priority": rule.priority().name(),
            "source": rule.source(),
            "tags": rule.tags(),
            "description": rule.description().trim_end(),
            "enabled": rule.is_enabled(),
            "event_types": rules.required_values(rule.name(), EVENT_TYPE),
        })
    };
    let rules: Vec<Value> = rules.rules().iter().map(rule).collect();
    let json = format!("{:#}", Value::Array(rules));
    // A rules file may come from anywhere; a line at a time, because the ends of lines are to stay.
    json.lines().flat_map(|line| [VisibleJson(line).to_string(), "\n".to_owned()]).collect()
}

fn markdown(rules: &RuleSet) -> String {
    let mut out = "| rule | priority | source | tags | what it finds |\n|---|---|---|---|---|\n".to_owned();
    for rule in rules.rules() {
        let cells = [rule.name(), rule.priority().name(), rule.source(), &rule.tags().join(" "), rule.description()];
        let cells = cells.map(|cell| Visible(&on_one_line(cell).replace('|', "\\|")).to_string());
        _ = writeln!(out, "| {} |", cells.join(" | "));
    }
    out
}

fn readable(rules: &RuleSet) -> String {
    let mut out = String::new();
    for rule in rules.rules() {
        let disabled = if rule.is_enabled() { "" } else { "  (disabled)" };
        _ = writeln!(out, "{:<13}  {}{disabled}", rule.priority().name(), Visible(rule.name()));
        let further = [rule.description(), &format!("source={} tags={}", rule.source(), rule.tags().join(","))];
        for line in further {
            _ = writeln!(out, "    {}", Visible(&on_one_line(line)));
        }
    }
    out
}

fn on_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
