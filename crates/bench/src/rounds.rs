//! Several rounds of all cases: of each case the median counts, because other load on a machine comes and goes.

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
    cases.into_iter().filter_map(median).collect()
}

/// The round of the median rate, with what went wrong in any round, and the most memory of all.
fn median(mut rounds: Vec<Row>) -> Option<Row> {
    // An idle host has no rate. It is judged by what it takes.
    let rate = |row: &Row| row.events_per_second.unwrap_or(-row.cpu_percent);
    rounds.sort_by(|one, other| rate(one).total_cmp(&rate(other)));
    let most = |of: fn(&Row) -> u64| rounds.iter().map(of).max().unwrap_or(0);
    let most_known = |of: fn(&Row) -> Option<u64>| rounds.iter().filter_map(of).max();
    let worst = Row {
        peak_rss_megabytes: rounds.iter().map(|row| row.peak_rss_megabytes).fold(0.0, f64::max),
        lost: most_known(|row| row.lost),
        duplicated: most_known(|row| row.duplicated),
        refused: most(|row| row.refused),
        broken: most(|row| row.broken),
        ..rounds.get((rounds.len().checked_sub(1)?) / 2)?.clone()
    };
    Some(worst)
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
    fn what_went_wrong_in_any_round_and_the_most_memory_stay() {
        let lossy = Row { lost: Some(7), broken: 2, peak_rss_megabytes: 9.0, ..row("a", Some(1.0), 0.0) };
        let rows = vec![row("a", Some(2.0), 0.0), lossy.clone(), row("a", Some(3.0), 0.0)];
        assert_eq!(medians(rows), [Row { events_per_second: Some(2.0), ..lossy }]);
    }
}
