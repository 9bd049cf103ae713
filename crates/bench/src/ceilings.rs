//! How near a case comes to what the libraries alone reach.

use crate::case::Case;
use crate::report::{table, thousands};
use crate::row::Row;

/// What is above the ceiling was not held back by what the ceiling is about.
const NOTE: &str =
    "\n(!) More than the ceiling: the sender or other load held both back, so this share says nothing.\n";

/// The cases that have a ceiling which was measured too, as a table in Markdown; none where there is no such case.
pub(crate) fn markdown(cases: &[Case], rows: &[Row]) -> Option<String> {
    let row = |name: &str| rows.iter().find(|row| row.case == name);
    let reached = |name: &str| Some((row(name)?.events_per_second?, row(name)?.cpu_microseconds_per_event?));
    let mut lines = vec![
        [
            "case",
            "ceiling",
            "events/s",
            "the ceiling's",
            "share of events/s",
            "CPU µs an event",
            "the ceiling's",
            "share of CPU",
        ]
        .map(str::to_owned)
        .to_vec(),
    ];
    for case in cases {
        let Some(ceiling) = case.ceiling else { continue };
        if let (Some((ours, cost)), Some((most, least))) = (reached(case.name), reached(ceiling)) {
            let share = |share: f64| format!("{:.0} %{}", 100.0 * share, if share > 1.0 { " (!)" } else { "" });
            lines.push(vec![
                case.name.to_owned(),
                ceiling.to_owned(),
                thousands(ours),
                thousands(most),
                share(ours / most),
                format!("{cost:.1}"),
                format!("{least:.1}"),
                share(least / cost),
            ]);
        }
    }
    let note = if lines.iter().flatten().any(|cell| cell.ends_with("(!)")) { NOTE } else { "" };
    (lines.len() > 1).then(|| table(&lines) + note)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::HostKind;
    use crate::cases::CASES;

    fn row(case: &'static str, events_per_second: f64, cost: f64) -> Row {
        Row {
            case,
            host: HostKind::Standalone,
            events_per_second: Some(events_per_second),
            answers: None,
            alerts: None,
            cpu_percent: 100.0,
            cpu_microseconds_per_event: Some(cost),
            peak_rss_megabytes: 1.0,
            lost: None,
            duplicated: None,
            refused: 0,
            broken: 0,
            go_plugin_per_second: None,
        }
    }

    #[test]
    fn a_share_above_the_ceiling_is_marked() {
        let rows = [row("keep-alive", 120.0, 20.0), row("bare-http", 100.0, 10.0)];
        let table = markdown(CASES, &rows).unwrap();
        let line = table.lines().find(|line| line.starts_with("| keep-alive ")).unwrap();
        assert!(line.contains(" 120 % (!) |") && line.contains(" 50 % |"), "{table}");
        assert!(table.ends_with(NOTE), "{table}");
        let rows = [row("keep-alive", 90.0, 20.0), row("bare-http", 100.0, 10.0)];
        assert!(!markdown(CASES, &rows).unwrap().contains("(!)"));
    }
}
