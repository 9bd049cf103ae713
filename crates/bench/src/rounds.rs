//! Several rounds of all cases: of each figure the median counts, because other load on a machine comes and goes.

use crate::measure::Spread;
use crate::row::Row;

/// One row for each case, in the order in which the cases were measured first.
pub(crate) fn medians(rows: Vec<Row>) -> Vec<Row> {
    let mut cases: Vec<Vec<Row>> = Vec::new();
    for row in rows {
        match cases.iter_mut().find(|rounds| rounds.iter().any(|other| other.case == row.case)) {
            Some(rounds) => rounds.push(row),
            None => cases.push(vec![row]),
        }
    }
    cases.iter().filter_map(|rounds| median(rounds)).collect()
}

/// Each figure's median (of an even number the lower of the two), what went wrong in the worst round, and the most memory of all.
fn median(rounds: &[Row]) -> Option<Row> {
    let first = rounds.first()?;
    let most = |of: fn(&Row) -> u64| rounds.iter().map(of).max().unwrap_or(0);
    let most_known = |of: fn(&Row) -> Option<u64>| rounds.iter().filter_map(of).max();
    Some(Row {
        events_per_second: middle(rounds, |row| row.events_per_second, |rate| *rate),
        answers: middle(rounds, |row| row.answers, by_p99),
        alerts: middle(rounds, |row| row.alerts, by_p99),
        cpu_percent: middle(rounds, |row| Some(row.cpu_percent), |percent| *percent)?,
        cpu_microseconds_per_event: middle(rounds, |row| row.cpu_microseconds_per_event, |cost| *cost),
        peak_rss_megabytes: rounds.iter().map(|row| row.peak_rss_megabytes).fold(0.0, f64::max),
        lost: most_known(|row| row.lost),
        duplicated: most_known(|row| row.duplicated),
        refused: most(|row| row.refused),
        broken: most(|row| row.broken),
        ..first.clone()
    })
}

fn middle<T: Copy>(rounds: &[Row], of: fn(&Row) -> Option<T>, size: fn(&T) -> f64) -> Option<T> {
    let mut figures: Vec<T> = rounds.iter().filter_map(of).collect();
    figures.sort_by(|one, other| size(one).total_cmp(&size(other)));
    figures.get(figures.len().checked_sub(1)? / 2).copied()
}

/// Where there are too few for a p99, by the longest.
fn by_p99(spread: &Spread) -> f64 {
    spread.p99.unwrap_or(spread.max)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::HostKind;

    fn row(case: &'static str, events_per_second: Option<f64>, cpu_percent: f64) -> Row {
        Row {
            case,
            host: HostKind::Standalone,
            events_per_second,
            answers: None,
            alerts: None,
            cpu_percent,
            cpu_microseconds_per_event: None,
            peak_rss_megabytes: 1.0,
            lost: Some(0),
            duplicated: None,
            refused: 0,
            broken: 0,
            go_plugin_per_second: None,
        }
    }

    #[test]
    fn of_each_case_the_median_counts_in_the_order_of_the_first_round() {
        let rate = |case, rate| row(case, Some(rate), 0.0);
        let rows = vec![rate("b", 3.0), rate("a", 10.0), rate("b", 1.0), rate("a", 30.0), rate("b", 2.0)];
        assert_eq!(medians(rows), [rate("b", 2.0), rate("a", 10.0)]);
    }

    #[test]
    fn an_idle_case_is_judged_by_what_it_takes() {
        let rows = [0.3, 0.1, 0.2].map(|percent| row("idle", None, percent));
        assert_eq!(medians(rows.to_vec()), [row("idle", None, 0.2)]);
    }

    #[test]
    fn of_a_case_at_a_fixed_pace_the_median_latency_counts_whatever_the_rates() {
        let at = |rate, p99| {
            let alerts = Some(Spread { p50: 0.2, p99: Some(p99), max: 20.0 });
            Row { alerts, ..row("paced", Some(rate), 0.0) }
        };
        let rows = vec![at(999.0, 0.3), at(1_000.0, 9.0), at(1_001.0, 0.4)];
        assert_eq!(medians(rows), [at(1_000.0, 0.4)]);
    }

    #[test]
    fn what_went_wrong_in_any_round_and_the_most_memory_stay() {
        let lossy = Row { lost: Some(7), broken: 2, peak_rss_megabytes: 9.0, ..row("a", Some(1.0), 0.0) };
        let rows = vec![row("a", Some(2.0), 0.0), lossy.clone(), row("a", Some(3.0), 0.0)];
        assert_eq!(medians(rows), [Row { events_per_second: Some(2.0), ..lossy }]);
    }
}
