//! `bench scaling`: that an event costs the same after a long time, behind a long queue and beside many rules.
//!
//! Costs are processor time, which other load on the machine changes less than time on the clock.

mod backlog;

use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use crate::arguments::ScalingArguments;
use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::products;
use crate::replay::{Replay, replay};
use crate::report::{table, thousands};
use crate::traffic::EventLines;
use crate::workplace::Workplace;

/// Events of the shortest replay.
const EVENTS: u64 = 50_000;
/// Events that wait in the shortest queue.
const WAITING: u32 = 1_000;
/// How often one event is put into the queue and one taken out.
const ROUNDS: u32 = 200_000;
/// The fewest rules.
const RULES: u32 = 10;
/// Events for which the rules are tried.
const EVENTS_FOR_RULES: u64 = 200_000;
const TIMES: [u32; 3] = [1, 10, 100];
/// The best of so many counts: what else runs on the machine can only make one worse.
const ATTEMPTS: usize = 3;

pub(crate) fn run(arguments: &ScalingArguments) -> Result<(), Failure> {
    let interrupt = Interrupt::install().map_err(Failure::system("catching signals"))?;
    let program = arguments.bin.clone().map_or_else(products::build, Ok)?;
    let scaling = Scaling { program: &program, workplace: Workplace::new()?, interrupt };
    let mut lines =
        vec![["processor time of an event, µs", "1×", "10×", "100×", "100× against 1×"].map(str::to_owned).to_vec()];
    lines.push(line("after 50,000 events and more (replay, all rules and trackers)", scaling.uptime()?));
    lines.push(line("behind 1,000 waiting events and more (into the queue and out)", scaling.backlog()?));
    lines.push(line("beside 10 rules and more that cannot match (replay)", scaling.rules()?));
    print!("{}", table(&lines));
    Ok(())
}

fn line(about: &str, microseconds: [f64; 3]) -> Vec<String> {
    let mut cells = vec![about.to_owned()];
    cells.extend(microseconds.map(|cost| format!("{cost:.3}")));
    cells.push(format!("{:.2}×", microseconds[2] / microseconds[0]));
    cells
}

struct Scaling<'a> {
    program: &'a Path,
    workplace: Workplace,
    interrupt: Interrupt,
}

impl Scaling<'_> {
    /// The average over all events of a replay, so the events that come late count most.
    fn uptime(&self) -> Result<[f64; 3], Failure> {
        let start = self.best(0, &[])?;
        each(|times| {
            let count = EVENTS * u64::from(times);
            eprintln!("replaying {} events", thousands(float(count)));
            self.cost(count, start, &[])
        })
    }

    fn rules(&self) -> Result<[f64; 3], Failure> {
        each(|times| {
            let count = RULES * times;
            eprintln!("replaying with {count} rules that cannot match");
            let rules = self.workplace.write("many.yaml", rules_of_other_types(count))?;
            let arguments = ["--rules".into(), rules.into_os_string()];
            let start = self.best(0, &arguments)?;
            self.cost(EVENTS_FOR_RULES, start, &arguments)
        })
    }

    fn backlog(&self) -> Result<[f64; 3], Failure> {
        each(|times| {
            self.interrupt.check()?;
            eprintln!("behind {} waiting events", thousands(f64::from(WAITING * times)));
            Ok(backlog::measure(WAITING * times, ROUNDS)?.microseconds)
        })
    }

    /// Microseconds for each event, without what the start takes.
    fn cost(&self, count: u64, start: Duration, arguments: &[OsString]) -> Result<f64, Failure> {
        let used = self.best(count, arguments)?.saturating_sub(start);
        Ok(used.as_secs_f64() * 1e6 / float(count))
    }

    fn best(&self, count: u64, arguments: &[OsString]) -> Result<Duration, Failure> {
        // A long replay evens out by itself.
        let attempts = if count > EVENTS * 10 { 1 } else { ATTEMPTS };
        let mut best = Duration::MAX;
        for _ in 0..attempts {
            let arguments = [arguments, &["-".into()]].concat();
            let feed = |mut stdin| EventLines::new().write(count, &mut stdin);
            let Replay { processor, .. } = replay(self.program, &arguments, &self.interrupt, feed)?;
            best = best.min(processor);
        }
        Ok(best)
    }
}

fn each(cost: impl FnMut(u32) -> Result<f64, Failure>) -> Result<[f64; 3], Failure> {
    let costs = TIMES.into_iter().map(cost).collect::<Result<Vec<f64>, Failure>>()?;
    Ok([costs[0], costs[1], costs[2]])
}

/// Rules as the shipped ones are: a type that never comes, and more that is looked at only if it does.
fn rules_of_other_types(count: u32) -> String {
    let mut text = String::new();
    for number in 0..count {
        _ = write!(
            text,
            "- rule: Rule {number}\n  desc: For a measurement.\n  condition: gitlab.event_type = never_{number} and \
             gitlab.details[custom_message] contains secret\n  output: \"user=%gitlab.author_name\"\n  priority: \
             WARNING\n  source: gitlab\n"
        );
    }
    text
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
const fn float(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_how_much_more_a_hundredfold_costs() {
        assert_eq!(line("x", [1.0, 1.25, 2.0]), ["x", "1.000", "1.250", "2.000", "2.00×"]);
    }

    #[test]
    fn there_are_as_many_rules_as_asked_for() {
        assert_eq!(rules_of_other_types(10).matches("- rule: ").count(), 10);
    }
}
