//! How near a case comes to what the libraries alone reach.

use crate::case::Case;
use crate::report::{table, thousands};
use crate::row::Row;

/// The cases that have a ceiling which was measured too, as a table in Markdown; none where there is no such case.
pub(crate) fn markdown(cases: &[Case], rows: &[Row]) -> Option<String> {
    let reached = |name: &str| rows.iter().find(|row| row.case == name).and_then(|row| row.events_per_second);
    let mut lines = vec![["case", "events/s", "ceiling", "events/s", "share"].map(str::to_owned).to_vec()];
    for case in cases {
        let Some(ceiling) = case.ceiling else { continue };
        if let (Some(ours), Some(most)) = (reached(case.name), reached(ceiling)) {
            let share = format!("{:.0} %", 100.0 * ours / most);
            lines.push(vec![case.name.to_owned(), thousands(ours), ceiling.to_owned(), thousands(most), share]);
        }
    }
    (lines.len() > 1).then(|| table(&lines))
}
