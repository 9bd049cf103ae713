//! The coverage as a page of Markdown.
use std::{collections::BTreeMap, fmt::Write};

use crate::{
    coverage::{Coverage, Treatment},
    shipped::EventType,
    tables::Detection,
    technique::by_technique,
};

const HEAD: &str = "\
# Coverage

What the shipped rules look for, measured against GitLab's pages \"Responding to security incidents\" and \"Security incident
detection\", against GitLab's list of event types, and against the rules that others publish.

This page is made from the rules, the catalogue of event types and the tables beside `crates/cli/tests/coverage/main.rs`.
Which rule makes which detection is written in [rules/detections.yaml](rules/detections.yaml). A rule counts for an event type if
its condition can be true for that type at all.

";

pub(crate) fn markdown(coverage: &Coverage) -> String {
    let mut page = HEAD.to_owned();
    for section in [summary, guide, detections, others, go_plugin, techniques, any_type, event_types] {
        section(coverage, &mut page).expect("a String takes all text");
        page.push('\n');
    }
    page.truncate(page.trim_end().len());
    page + "\n"
}

fn summary(coverage: &Coverage, page: &mut String) -> std::fmt::Result {
    let detections = &coverage.tables.detections;
    let made = detections.iter().filter(|detection| !detection.rules.is_empty()).count();
    let looked_for = coverage.current().filter(|listed| !listed.rules.is_empty()).count();
    writeln!(page, "| | |\n|---|---|")?;
    writeln!(page, "| rules, enabled | {} |", coverage.rules.len())?;
    writeln!(page, "| detections with a rule | {made} of {} |", detections.len())?;
    writeln!(page, "| event types of GitLab 19.5 with a rule | {looked_for} of {} |", coverage.current().count())
}

fn guide(coverage: &Coverage, page: &mut String) -> std::fmt::Result {
    writeln!(page, "## What GitLab's incident guide asks for")?;
    let mut scenario = "";
    for bullet in &coverage.tables.guide {
        if bullet.scenario != scenario {
            scenario = &bullet.scenario;
            writeln!(page, "\n### {}\n", title(scenario))?;
            writeln!(
                page,
                "| asked for | event types | with a rule | rules | not in the stream |\n|---|---|---|---|---|"
            )?;
        }
        let types = coverage.types_of(bullet);
        let with_rule = types.iter().filter(|listed| !listed.rules.is_empty()).count();
        let mut written = code(bullet.event_types.split_whitespace());
        if !bullet.categories.is_empty() {
            written = format!("all of {}", bullet.categories.join(", "));
        }
        if !bullet.scopes.is_empty() {
            write!(written, " ({})", bullet.scopes.join(", "))?;
        }
        let rules = coverage.rules_for(&types).join("; ");
        let (asked, missing) = (&bullet.asked, &bullet.not_in_the_stream);
        writeln!(page, "| {asked} | {written} | {with_rule} of {} | {rules} | {missing} |", types.len())?;
    }
    Ok(())
}

/// `ci_cd` as a heading.
fn title(scenario: &str) -> String {
    match scenario {
        "ci_cd" => "CI/CD".to_owned(),
        _ => scenario[..1].to_uppercase() + &scenario[1..].replace('_', " "),
    }
}

fn detections(coverage: &Coverage, page: &mut String) -> std::fmt::Result {
    writeln!(page, "## Detections\n\n| id | detection | scenario | rules | left out |\n|---|---|---|---|---|")?;
    for Detection { id, title, scenario, rules, reason, note, .. } in &coverage.tables.detections {
        let scenario = scenario.trim_start_matches("gitlab_");
        let rules: Vec<_> = rules.iter().map(|rule| runbook(rule)).collect();
        let rules = if rules.is_empty() { format!("none: {reason}") } else { rules.join("; ") };
        writeln!(page, "| {id} | {title} | {scenario} | {rules} | {note} |")?;
    }
    Ok(())
}

/// A rule with a link to its page, which is named after it.
fn runbook(rule: &str) -> String {
    let name = rule.trim_start_matches("GitLab ").to_lowercase();
    let words: Vec<_> = name.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    format!("[{rule}](rules/{}.md)", words.join("-"))
}

fn others(coverage: &Coverage, page: &mut String) -> std::fmt::Result {
    let mut publishers: BTreeMap<&str, Vec<&Detection>> = BTreeMap::new();
    for detection in &coverage.tables.detections {
        for publisher in &detection.published_by {
            publishers.entry(publisher).or_default().push(detection);
        }
    }
    let by_nobody: Vec<_> =
        coverage.tables.detections.iter().filter(|detection| detection.published_by.is_empty()).collect();
    publishers.insert("nobody, for GitLab", by_nobody);
    writeln!(page, "## Against the public rule sets\n")?;
    writeln!(
        page,
        "Detections for GitLab's own audit events that others publish, whatever their way; rules for sibling platforms"
    )?;
    writeln!(page, "(GitHub, Bitbucket) do not count.\n")?;
    writeln!(page, "| published by | detections | with a rule here | without |\n|---|---|---|---|")?;
    for (publisher, detections) in publishers {
        let without = detections.iter().filter(|detection| detection.rules.is_empty());
        let without: Vec<_> = without.map(|detection| detection.id.as_str()).collect();
        writeln!(
            page,
            "| {publisher} | {} | {} | {} |",
            detections.len(),
            detections.len() - without.len(),
            without.join(", ")
        )?;
    }
    Ok(())
}

fn go_plugin(coverage: &Coverage, page: &mut String) -> std::fmt::Result {
    writeln!(
        page,
        "## Against the Go plugin\n\n| rule of the Go plugin | rules here for the same event types |\n|---|---|"
    )?;
    for go_rule in &coverage.tables.go_plugin {
        let looks_for = |name: &&str| {
            let types = coverage.rule(name).and_then(|rule| rule.event_types.as_ref());
            types.is_some_and(|types| types.iter().any(|wanted| go_rule.event_types.contains(wanted)))
        };
        let rules: Vec<_> = coverage.rules.iter().map(|rule| rule.name.as_str()).filter(looks_for).collect();
        let rules = if rules.is_empty() { "none".to_owned() } else { rules.join("; ") };
        writeln!(page, "| {} | {rules} |", go_rule.rule)?;
    }
    Ok(())
}

fn techniques(coverage: &Coverage, page: &mut String) -> std::fmt::Result {
    writeln!(page, "## ATT&CK techniques\n")?;
    writeln!(page, "Ids of ATT&CK v19. [attack-layer.json](attack-layer.json) shows them in ATT&CK Navigator.\n")?;
    writeln!(page, "| technique | rules |\n|---|---|")?;
    for (technique, rules) in by_technique(&coverage.rules) {
        let address = technique.replace('.', "/");
        writeln!(page, "| [{technique}](https://attack.mitre.org/techniques/{address}/) | {} |", rules.join("; "))?;
    }
    Ok(())
}

fn any_type(coverage: &Coverage, page: &mut String) -> std::fmt::Result {
    writeln!(page, "## Rules that are not bound to event types\n")?;
    writeln!(
        page,
        "Their conditions ask for something else, such as a tracker or an address. They are not counted for event types.\n"
    )?;
    writeln!(page, "| rule | priority |\n|---|---|")?;
    coverage.rules_for_any_type().try_for_each(|rule| writeln!(page, "| {} | {} |", rule.name, rule.priority))
}

fn event_types(coverage: &Coverage, page: &mut String) -> std::fmt::Result {
    let mut categories: BTreeMap<&str, Vec<&EventType>> = BTreeMap::new();
    for listed in coverage.current() {
        categories.entry(&listed.category).or_default().push(listed);
    }
    writeln!(page, "## All event types")?;
    for (category, types) in categories {
        writeln!(page, "\n### {category}\n\n| event type | rules, or why there is none |\n|---|---|")?;
        for listed in types {
            let treatment = match coverage.treatment(listed) {
                Some(Treatment::Rules(rules)) => rules.join("; "),
                Some(Treatment::Tracked(rule)) => format!("{rule} (through its tracker)"),
                Some(Treatment::Detection { id, reason }) => format!("none: {id}, {reason}"),
                Some(Treatment::Reason(reason)) => format!("none: {reason}"),
                None => "none".to_owned(),
            };
            writeln!(page, "| `{}` | {treatment} |", listed.name)?;
        }
    }
    Ok(())
}

fn code<'a>(words: impl Iterator<Item = &'a str>) -> String {
    words.map(|word| format!("`{word}`")).collect::<Vec<_>>().join(" ")
}
