//! The page that says what the week holds and what the rules said.
use std::{collections::BTreeMap, fmt::Write};

use serde::Deserialize;

use crate::{HANDFUL, mix, replay::Alerts, week::Week};

/// Why a rule fires in a week in which nothing bad happens.
#[derive(Deserialize)]
pub(crate) struct Explanation {
    rule: String,
    explanation: String,
}

pub(crate) fn explanations() -> BTreeMap<String, String> {
    let lines = csv::Reader::from_reader(include_str!("explanations.csv").as_bytes()).into_deserialize();
    lines.map(|line| line.map(|Explanation { rule, explanation }| (rule, explanation)).unwrap()).collect()
}

pub(crate) fn alert_counts(alerts: &[Alerts]) -> String {
    let lines = alerts.iter().map(|alert| format!("{:>7}  {:<13}  {}", alert.count, alert.priority, alert.rule));
    lines.collect::<Vec<_>>().join("\n")
}

pub(crate) fn markdown(week: &Week, alerts: &[Alerts], explanations: &BTreeMap<String, String>) -> String {
    let mut page = format!(
        "\
# A benign week

A company of 200 people in which nothing bad happens: {} events in a week, made by `crates/cli/tests/benign_week`, the same each
time. People work in the office, through a VPN, on a train or from home, where the provider gives them a new address each day; one is
at a conference abroad. They mistype passwords, forget them, change phones, join and leave. Pipelines run by day and at night on
runners that are rented in another part of the world, a bot on one of them reads every project, a backup in the company's own network does. A week of the same company goes before, from which the trackers learn what is usual, so that
rules for what is new are heard in the week that counts. The test replays both with the shipped rules, as `falco-gitlab replay` does,
with the settings beside it that such a company would make, and counts the second. No rule above NOTICE may fire more than {HANDFUL}
times, and each that fires is explained here.

## Alerts

| rule | priority | alerts | why |
|---|---|---|---|
",
        week.counted().count()
    );
    for Alerts { rule, priority, count } in alerts {
        let why = explanations.get(rule).map_or("", String::as_str);
        writeln!(page, "| {rule} | {priority} | {count} | {why} |").unwrap();
    }
    page.push_str("\n## Events\n\n| event type | events |\n|---|---|\n");
    let mut mix: Vec<_> = mix(week).into_iter().collect();
    mix.sort_by_key(|(name, count)| (std::cmp::Reverse(*count), *name));
    for (event_type, count) in mix {
        writeln!(page, "| `{event_type}` | {count} |").unwrap();
    }
    page
}
