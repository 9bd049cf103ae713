//! How near a case comes to what the libraries alone reach.

use crate::case::Case;
use crate::report::{table, thousands};
use crate::row::Row;

/// The cases that have a ceiling which was measured too, as a table in Markdown; none where there is no such case.
pub(crate) fn markdown(cases: &[Case], rows: &[Row]) -> Option<String> {
    let row = |name: &str| rows.iter().find(|row| row.case == name);
    let reached = |name: &str| Some((row(name)?.events_per_second?, row(name)?.cpu_microseconds_per_event?));
    let mut lines = vec![
        ["case", "ceiling", "events/s", "the ceiling's", "share", "CPU µs an event", "the ceiling's", "share"]
            .map(str::to_owned)
            .to_vec(),
    ];
    for case in cases {
        let Some(ceiling) = case.ceiling else { continue };
        if let (Some((ours, cost)), Some((most, least))) = (reached(case.name), reached(ceiling)) {
            let share = |share: f64| format!("{:.0} %", 100.0 * share);
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
    (lines.len() > 1).then(|| table(&lines))
}
