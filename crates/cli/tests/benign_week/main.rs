//! Two weeks of a company of 200 in which nothing bad happens, replayed: what do the shipped rules say of the second one, once their
//! trackers have learned from the first what is usual?
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking, in its helper functions too")]

mod administration;
mod code;
mod company;
mod page;
mod places;
mod record;
mod replay;
mod sign_in;
mod week;

use std::{collections::BTreeMap, fs, io::Write, path::Path};

use replay::Alerts;
use week::Week;

/// How often a rule above NOTICE may fire in a week.
const HANDFUL: usize = 5;

#[test]
fn a_week_in_which_nothing_bad_happens_raises_few_alerts_and_each_is_explained() {
    let week = Week::generate();
    let events = week.counted().count();
    assert!(events >= 50_000, "{events} events");
    let alerts = replay::alerts(&week);
    // Past the test harness, which shows what a test prints only when it fails.
    writeln!(std::io::stdout(), "{events} events, alerts by rule:\n{}", page::alert_counts(&alerts)).unwrap();

    let explanations = page::explanations();
    let problems = problems(&alerts, &explanations);
    assert!(problems.is_empty(), "{problems:#?}");
    compare(&page::markdown(&week, &alerts, &explanations));
}

fn problems(alerts: &[Alerts], explanations: &BTreeMap<String, String>) -> Vec<String> {
    let mut problems = Vec::new();
    for Alerts { rule, count, .. } in alerts.iter().filter(|alert| alert.is_above_notice()) {
        if *count > HANDFUL {
            problems.push(format!("`{rule}` fires {count} times in a benign week"));
        } else if !explanations.contains_key(rule) {
            problems.push(format!("explanations.csv does not explain `{rule}`"));
        }
    }
    let is_silent = |rule: &&String| !alerts.iter().any(|alert| alert.rule == **rule);
    problems.extend(explanations.keys().filter(is_silent).map(|rule| format!("`{rule}` is explained, but silent")));
    problems
}

fn compare(expected: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/benign-week.md");
    if std::env::var_os("UPDATE").is_some_and(|update| update == "1") {
        fs::write(&file, expected).unwrap();
    }
    let found = fs::read_to_string(&file).unwrap_or_default();
    assert!(
        found == expected,
        "docs/benign-week.md differs from the week; write it anew with\n\n    UPDATE=1 cargo test -p cli --test benign_week\n"
    );
}

#[test]
fn the_week_is_the_same_each_time() {
    assert_eq!(Week::generate().events, Week::generate().events);
}

/// How often each event type occurs in the week that counts.
fn mix(week: &Week) -> BTreeMap<&str, usize> {
    let mut mix = BTreeMap::new();
    for event in week.counted() {
        *mix.entry(event.event_type).or_default() += 1;
    }
    mix
}

#[test]
fn git_and_job_tokens_are_most_of_the_week_and_the_rest_is_varied() {
    let week = Week::generate();
    let mix = mix(&week);
    let machines = mix["repository_git_operation"] + mix["user_authenticated_using_job_token"];
    let events = week.counted().count();
    assert!(machines * 10 > events * 9, "{machines} of {events}");
    assert!(mix.len() > 50, "{} event types", mix.len());
    assert!(week.events.is_sorted_by_key(|event| event.at));
}
