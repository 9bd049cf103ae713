//! What is aimed at, and whether a measurement reached it.

use serde::Serialize;

use crate::case::HostKind;
use crate::report::{table, thousands};
use crate::row::Row;

/// Something to reach.
#[derive(Debug, Clone, Copy)]
struct Target {
    about: &'static str,
    case: &'static str,
    goal: Goal,
}

#[derive(Debug, Clone, Copy)]
enum Goal {
    /// So many events a second.
    PerSecond(f64),
    /// Such a share of another case's events a second.
    Share(f64, &'static str),
    /// Such a share of what the libraries alone reach, by events a second and by processor time: the lesser counts.
    ShareOfCeiling(f64, &'static str),
    /// Milliseconds from a post to its alert, for 99 in 100, when so many events a second come.
    AlertWithin(f64, f64),
    /// The most memory in any case of the plugin in which events come.
    PluginMegabytes(f64),
    Cpu(f64),
}

const TARGETS: &[Target] = &[
    target("keep-alive, one event a request, no match", "keep-alive", Goal::PerSecond(50_000.0)),
    target("every event alerts, JSON", "every-event-alerts", Goal::PerSecond(25_000.0)),
    target("100 events a request, no match, all rules, standalone", "batch-all-rules", Goal::PerSecond(250_000.0)),
    target("new plain connection an event", "new-connection", Goal::PerSecond(15_000.0)),
    target("new TLS 1.3 connection an event, ECDSA", "new-tls-ecdsa", Goal::ShareOfCeiling(0.8, "bare-tls-ecdsa")),
    target("p99 from post to alert at 1,000 events/s", "thousand-a-second", Goal::AlertWithin(5.0, 1_000.0)),
    target("with the spool on, against without", "keep-alive-spool", Goal::Share(0.5, "keep-alive")),
    target("plugin RSS under load, spool and trackers included", "plugin-batch-spool", Goal::PluginMegabytes(64.0)),
    target("idle CPU", "idle", Goal::Cpu(0.2)),
    target("idle CPU, plugin", "plugin-idle", Goal::Cpu(0.2)),
    target("replay of a file, all rules and trackers", crate::replay::NAME, Goal::PerSecond(600_000.0)),
];

const fn target(about: &'static str, case: &'static str, goal: Goal) -> Target {
    Target { about, case, goal }
}

/// A target and what became of it.
#[derive(Debug, Serialize)]
pub(crate) struct Verdict {
    target: &'static str,
    case: &'static str,
    wanted: String,
    reached: String,
    met: bool,
}

/// A host that is behind by more has not had the pace that a target is about.
const ON_PACE: f64 = 0.99;

/// The verdict on each target of which all cases were measured. None is met where events were lost, duplicated or refused.
pub(crate) fn verdicts(rows: &[Row]) -> Vec<Verdict> {
    // What a real Falco does in a case of that name is not what a target is about.
    let row = |name: &str| rows.iter().find(|row| row.case == name && row.host != HostKind::Falco);
    let verdict = |target: &Target| {
        let measured = row(target.case)?;
        let mut flaws = Vec::from_iter(measured.flaws());
        let (wanted, mut reached, met) = match target.goal {
            Goal::PerSecond(least) => {
                let reached = measured.events_per_second?;
                (format!("at least {}/s", thousands(least)), format!("{}/s", thousands(reached)), reached >= least)
            }
            Goal::Share(least, other) => {
                let other_row = row(other)?;
                flaws.extend(other_row.flaws().map(|flaws| format!("{other}: {flaws}")));
                let share = measured.events_per_second? / other_row.events_per_second?;
                (
                    format!("at least {:.0} % of {other}", least * 100.0),
                    format!("{:.0} %", share * 100.0),
                    share >= least,
                )
            }
            Goal::ShareOfCeiling(least, other) => {
                let ceiling = row(other)?;
                flaws.extend(ceiling.flaws().map(|flaws| format!("{other}: {flaws}")));
                let rate = measured.events_per_second? / ceiling.events_per_second?;
                let cost = ceiling.cpu_microseconds_per_event? / measured.cpu_microseconds_per_event?;
                (
                    format!("at least {:.0} % of {other}", least * 100.0),
                    format!("{:.0} % of its events/s, {:.0} % by CPU an event", rate * 100.0, cost * 100.0),
                    rate.min(cost) >= least,
                )
            }
            Goal::AlertWithin(most, pace) => {
                let p99 = measured.alerts?.p99;
                let reached = measured.events_per_second?;
                if reached < pace * ON_PACE {
                    flaws.push(format!("at {}/s", thousands(reached)));
                }
                let text = p99.map_or_else(|| "too few alerts".to_owned(), |p99| format!("{p99:.2} ms"));
                (format!("under {most} ms"), text, p99.is_some_and(|p99| p99 < most))
            }
            Goal::PluginMegabytes(most) => {
                let loaded = rows.iter().filter(|row| row.host == measured.host && row.events_per_second.is_some());
                let worst = loaded.max_by(|one, other| one.peak_rss_megabytes.total_cmp(&other.peak_rss_megabytes))?;
                let reached = worst.peak_rss_megabytes;
                (format!("under {most} MB"), format!("{reached:.0} MB ({})", worst.case), reached < most)
            }
            Goal::Cpu(most) => {
                let reached = measured.cpu_percent;
                (format!("under {most} %"), format!("{reached:.2} %"), reached < most)
            }
        };
        let met = met && flaws.is_empty();
        for flaw in flaws {
            reached.push_str("; ");
            reached.push_str(&flaw);
        }
        Some(Verdict { target: target.about, case: target.case, wanted, reached, met })
    };
    TARGETS.iter().filter_map(verdict).collect()
}

/// As a table in Markdown.
pub(crate) fn markdown(verdicts: &[Verdict]) -> String {
    let mut lines = vec![["target", "case", "wanted", "reached", "met?"].map(str::to_owned).to_vec()];
    lines.extend(verdicts.iter().map(|verdict| {
        let met = if verdict.met { "yes" } else { "no" };
        vec![
            verdict.target.to_owned(),
            verdict.case.to_owned(),
            verdict.wanted.clone(),
            verdict.reached.clone(),
            met.to_owned(),
        ]
    }));
    table(&lines)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cases::CASES;
    use crate::measure::Spread;

    fn row(case: &'static str, events_per_second: f64) -> Row {
        Row {
            case,
            host: HostKind::Standalone,
            events_per_second: Some(events_per_second),
            answers: None,
            alerts: Some(Spread { p50: 1.0, p99: Some(5.5), max: 9.0 }),
            cpu_percent: 0.1,
            cpu_microseconds_per_event: Some(10.0),
            peak_rss_megabytes: 30.0,
            lost: Some(0),
            duplicated: Some(0),
            refused: 0,
            broken: 0,
            go_plugin_per_second: None,
        }
    }

    #[test]
    fn each_target_is_about_a_case_that_exists() {
        let exists = |name: &str| name == crate::replay::NAME || CASES.iter().any(|case| case.name == name);
        for target in TARGETS {
            assert!(exists(target.case), "{}", target.case);
            if let Goal::Share(_, other) | Goal::ShareOfCeiling(_, other) = target.goal {
                assert!(exists(other), "{other}");
            }
        }
    }

    #[test]
    fn a_target_is_judged_once_its_cases_are_measured() {
        let lossy = Row { lost: Some(1), ..row("every-event-alerts", 99_000.0) };
        let rows =
            [row("keep-alive", 50_000.0), row("keep-alive-spool", 20_000.0), row("thousand-a-second", 1_000.0), lossy];
        let verdicts: Vec<(&str, String, bool)> =
            verdicts(&rows).into_iter().map(|verdict| (verdict.case, verdict.reached, verdict.met)).collect();
        assert_eq!(
            verdicts,
            [
                ("keep-alive", "50,000/s".to_owned(), true),
                ("every-event-alerts", "99,000/s; 1 lost".to_owned(), false),
                ("thousand-a-second", "5.50 ms".to_owned(), false),
                ("keep-alive-spool", "40 %".to_owned(), false),
            ]
        );
    }

    #[test]
    fn whatever_went_wrong_with_events_no_target_is_met() {
        let flawed: [fn(&mut Row); 4] =
            [|row| row.lost = Some(1), |row| row.duplicated = Some(1), |row| row.refused = 1, |row| row.broken = 1];
        for flaw in flawed {
            for case in ["keep-alive", "keep-alive-spool", "thousand-a-second", "plugin-batch-spool", "idle"] {
                let quick =
                    |case| Row { alerts: Some(Spread { p50: 1.0, p99: Some(1.0), max: 1.0 }), ..row(case, 1e6) };
                let mut rows = [quick("keep-alive"), quick(case)];
                let judge = |rows: &[Row]| verdicts(rows).into_iter().find(|verdict| verdict.case == case).unwrap();
                assert!(judge(&rows).met, "{case}");
                rows.iter_mut().for_each(flaw);
                assert!(!judge(&rows).met, "{case}");
            }
        }
    }

    #[test]
    fn a_real_falco_is_not_judged_as_the_standalone_program() {
        let falco = Row { host: HostKind::Falco, ..row("keep-alive", 90_000.0) };
        assert!(verdicts(&[falco]).is_empty());
    }

    #[test]
    fn of_both_shares_of_a_ceiling_the_lesser_counts() {
        let ours = Row { cpu_microseconds_per_event: Some(20.0), ..row("new-tls-ecdsa", 95.0) };
        let verdicts = verdicts(&[ours, row("bare-tls-ecdsa", 100.0)]);
        assert_eq!(verdicts[0].reached, "95 % of its events/s, 50 % by CPU an event");
        assert!(!verdicts[0].met);
    }

    #[test]
    fn a_latency_counts_only_where_the_pace_was_kept() {
        let slow =
            Row { alerts: Some(Spread { p50: 1.0, p99: Some(1.0), max: 1.0 }), ..row("thousand-a-second", 500.0) };
        let verdicts = verdicts(&[slow]);
        assert_eq!((verdicts[0].reached.as_str(), verdicts[0].met), ("1.00 ms; at 500/s", false));
    }

    #[test]
    fn the_plugins_memory_is_judged_in_the_case_that_takes_most() {
        let plugin = |case, peak_rss_megabytes| Row { host: HostKind::Plugin, peak_rss_megabytes, ..row(case, 1.0) };
        let standalone = Row { peak_rss_megabytes: 90.0, ..row("batch-spool", 1.0) };
        let rows = [plugin("plugin-batch", 70.4), plugin("plugin-batch-spool", 60.0), standalone];
        let verdicts = verdicts(&rows);
        assert_eq!((verdicts[0].reached.as_str(), verdicts[0].met), ("70 MB (plugin-batch)", false));
    }
}
