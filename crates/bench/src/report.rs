//! The table, in Markdown, or as JSON for programs.

use crate::case::GoPlugin;
use crate::measure::Spread;
use crate::row::{FailedCase, Row};

const HEADS: [&str; 12] = [
    "case",
    "events/s",
    "answer p50 / p99 / max, ms",
    "post to alert p50 / p99 / max, ms",
    "host CPU %",
    "CPU µs an event",
    "host peak RSS MB",
    "lost",
    "duplicated",
    "refused / broken",
    "Go plugin events/s (at its best)",
    "ratio to it",
];

/// All rows as a table, those that failed at its end.
pub(crate) fn markdown(rows: &[Row], failed: &[FailedCase]) -> String {
    let mut lines: Vec<Vec<String>> = vec![HEADS.map(str::to_owned).to_vec()];
    lines.extend(rows.iter().map(cells));
    lines.extend(failed.iter().map(failed_cells));
    table(&lines)
}

/// Rows of cells, the first of them the heads, as a table whose columns stand below each other in a terminal, too.
pub(crate) fn table(lines: &[Vec<String>]) -> String {
    let columns = lines.first().map_or(0, Vec::len);
    let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut text = String::new();
    for (number, line) in lines.iter().enumerate() {
        for ((place, cell), width) in line.iter().enumerate().zip(&widths) {
            // The first column is text, all others are numbers.
            let cell = if place == 0 { format!("| {cell:<width$} ") } else { format!("| {cell:>width$} ") };
            text.push_str(&cell);
        }
        text.push_str("|\n");
        if number == 0 {
            for (place, width) in widths.iter().enumerate() {
                text.push('|');
                text.push_str(&"-".repeat(width + 1));
                text.push(if place == 0 { '-' } else { ':' });
            }
            text.push_str("|\n");
        }
    }
    text
}

fn cells(row: &Row) -> Vec<String> {
    let go = row.go_plugin_per_second;
    let both = |go: GoPlugin| format!("{} ({})", thousands(go.as_shipped), thousands(go.at_its_best));
    let ratio = go.zip(row.events_per_second);
    let ratio = ratio.map(|(go, ours)| format!("{:.1}× ({:.1}×)", ours / go.as_shipped, ours / go.at_its_best));
    vec![
        row.case.to_owned(),
        row.events_per_second.map_or_else(none, thousands),
        row.answers.as_ref().map_or_else(none, spread),
        row.alerts.as_ref().map_or_else(none, spread),
        format!("{:.*}", if row.cpu_percent < 10.0 { 2 } else { 0 }, row.cpu_percent),
        row.cpu_microseconds_per_event.map_or_else(none, |cost| format!("{cost:.1}")),
        format!("{:.0}", row.peak_rss_megabytes),
        row.lost.map_or_else(none, |lost| lost.to_string()),
        row.duplicated.map_or_else(none, |duplicated| duplicated.to_string()),
        format!("{} / {}", row.refused, row.broken),
        go.map_or_else(none, both),
        ratio.unwrap_or_else(none),
    ]
}

fn failed_cells(case: &FailedCase) -> Vec<String> {
    // What a host said last may be long; all of it was told when it happened.
    let reason = case.failed.lines().next().unwrap_or_default().replace('|', "\\|");
    let mut cells = vec![case.case.to_owned(), format!("failed: {reason}")];
    cells.resize_with(HEADS.len(), none);
    cells
}

fn none() -> String {
    "–".to_owned()
}

fn spread(spread: &Spread) -> String {
    let p99 = spread.p99.map_or_else(none, |p99| format!("{p99:.2}"));
    format!("{:.2} / {p99} / {:.1}", spread.p50, spread.max)
}

/// A number with a comma for each thousand.
pub(crate) fn thousands(number: f64) -> String {
    let digits = format!("{number:.0}");
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::HostKind;

    #[test]
    fn a_row_becomes_a_line_of_a_table() {
        let row = Row {
            case: "keep-alive",
            host: HostKind::Standalone,
            events_per_second: Some(51_234.4),
            answers: Some(Spread { p50: 0.51, p99: Some(1.2), max: 9.96 }),
            alerts: Some(Spread { p50: 0.5, p99: None, max: 7.0 }),
            cpu_percent: 121.4,
            cpu_microseconds_per_event: Some(23.71),
            peak_rss_megabytes: 21.3,
            lost: None,
            duplicated: Some(1),
            refused: 2,
            broken: 3,
            go_plugin_per_second: Some(GoPlugin { as_shipped: 9_100.0, at_its_best: 16_600.0 }),
        };
        let table = markdown(&[row], &[]);
        let lines: Vec<&str> = table.lines().collect();
        assert_eq!(lines.len(), 3);
        let cells: Vec<&str> = lines[2].split('|').map(str::trim).collect();
        assert_eq!(
            cells[1..13],
            [
                "keep-alive",
                "51,234",
                "0.51 / 1.20 / 10.0",
                "0.50 / – / 7.0",
                "121",
                "23.7",
                "21",
                "–",
                "1",
                "2 / 3",
                "9,100 (16,600)",
                "5.6× (3.1×)"
            ]
        );
        assert!(lines.iter().all(|line| line.chars().count() == lines[0].chars().count()), "{table}");
        assert!(lines[1].starts_with("|---") && lines[1].ends_with("-:|"), "{table}");
    }

    #[test]
    fn a_case_that_failed_is_a_line_with_the_reason() {
        let failed = "the host ended while it was measured; it said:\na | b".to_owned();
        let table = markdown(&[], &[FailedCase { case: "keep-alive", failed }]);
        let line = table.lines().last().unwrap_or_default();
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        assert_eq!(cells[1..4], ["keep-alive", "failed: the host ended while it was measured; it said:", "–"]);
        assert_eq!(cells.len(), HEADS.len() + 2);
    }

    #[test]
    fn thousands_are_parted() {
        assert_eq!([0.0, 999.0, 1_000.0, 1_234_567.0].map(thousands), ["0", "999", "1,000", "1,234,567"]);
    }
}
