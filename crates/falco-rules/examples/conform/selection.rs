//! falco.yaml's `rules:` section compared with what Falco did with it: `selection.ndjson`.

use falco_rules::{
    Engine, EngineOptions, RuleMatching, RuleSet, RulesFile, Schema, Scratch, Selection, SelectionAction,
};
use serde::Deserialize;

use crate::conditions::Comparison;
use crate::probe::Probe;

/// One line of `selection.ndjson`.
#[derive(Debug, Deserialize)]
struct Recorded {
    name: String,
    rule_matching: String,
    priority: String,
    rules: Vec<Entry>,
    alerts: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Entry {
    Enable(Target),
    Disable(Target),
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Target {
    Rule(String),
    Tag(String),
}

/// Compares the rules that fire on some events.
pub(crate) fn compare(
    ndjson: &str,
    rules_file: &str,
    events: &[Probe],
    schemas: &[Schema],
) -> serde_json::Result<Comparison> {
    let file = RulesFile::new("selection_rules.yaml", rules_file);
    let lines = ndjson.lines().filter(|line| !line.trim().is_empty());
    let recorded: Vec<Recorded> = lines.map(serde_json::from_str).collect::<Result<_, _>>()?;
    let (report, rules) = RuleSet::load(&[file], schemas);
    let disagreements = recorded.iter().filter_map(|recorded| {
        let Some(rules) = rules.clone() else { return Some(report.to_text()) };
        let ours = fired(rules, recorded, events);
        (ours != recorded.alerts).then(|| {
            let Recorded { name, rule_matching, priority, alerts, .. } = recorded;
            format!("{name} ({rule_matching}, {priority})\n  ours:  {ours:?}\n  Falco: {alerts:?}")
        })
    });
    Ok(Comparison { compared: recorded.len(), disagreements: disagreements.collect() })
}

fn fired(rules: RuleSet, recorded: &Recorded, events: &[Probe]) -> Vec<String> {
    let Ok(minimum_priority) = recorded.priority.parse() else { return Vec::new() };
    let options = EngineOptions {
        rule_matching: if recorded.rule_matching == "all" { RuleMatching::All } else { RuleMatching::First },
        minimum_priority,
        selections: recorded.rules.iter().cloned().map(Selection::from).collect(),
    };
    let engine = Engine::new(rules, &options);
    let mut scratch = Scratch::default();
    let mut names = Vec::new();
    for event in events {
        names.extend(engine.evaluate("tprobe", event, &mut scratch).map(|rule| rule.name().to_owned()));
    }
    names
}

impl From<Entry> for Selection {
    fn from(entry: Entry) -> Self {
        let (action, target) = match entry {
            Entry::Enable(target) => (SelectionAction::Enable, target),
            Entry::Disable(target) => (SelectionAction::Disable, target),
        };
        match target {
            Target::Rule(pattern) => Self::rule(action, pattern),
            Target::Tag(tag) => Self::tag(action, tag),
        }
    }
}
