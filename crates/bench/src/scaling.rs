//! `bench scaling`: that an event costs the same after a long time, behind a long queue and beside many rules.
//!
//! Costs are processor time, which other load on the machine changes less than time on the clock.

mod backlog;
mod spooled;

use std::ffi::OsString;
use std::fmt::Write as _;
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::time::Duration;

use crate::arguments::ScalingArguments;
use crate::count::float;
use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::measure::ProcessUsage;
use crate::products;
use crate::replay::replay;
use crate::report::{table, thousands};
use crate::traffic::EventLines;
use crate::workplace::Workplace;

/// After so many events, times [`TIMES`], the cost of an event is measured over [`WINDOWS`] times as many.
const WINDOWS: u64 = 4;
/// Events that wait in the shortest queue.
const WAITING: u32 = 1_000;
/// For so many events that are measured, one waits in the shortest spool.
const MEASURED_FOR_SPOOLED: u32 = 20;
/// The fewest rules.
const RULES: u32 = 10;
const TIMES: [u32; 3] = [1, 10, 100];
/// As much as a pipe holds.
const PIPE: usize = 64 << 10;
/// The best of so many counts: what else runs on the machine can only make one worse.
const ATTEMPTS: usize = 3;

pub(crate) fn run(arguments: &ScalingArguments) -> Result<(), Failure> {
    let interrupt = Interrupt::install().map_err(Failure::system("catching signals"))?;
    let program = arguments.bin.clone().map_or_else(products::build, Ok)?;
    let scaling = Scaling { program: &program, workplace: Workplace::new()?, interrupt, events: arguments.events };
    let mut lines =
        vec![["processor time of an event, µs", "1×", "10×", "100×", "100× against 1×"].map(str::to_owned).to_vec()];
    let after =
        format!("after {} events and more (replay, all rules and trackers)", thousands(float(arguments.events)));
    lines.push(line(&after, scaling.uptime()?));
    lines.push(line("behind 1,000 waiting events and more (into the queue and out)", scaling.backlog()?));
    let behind = format!(
        "behind {} events and more that wait in the spool (posted, onto the disk and out)",
        thousands(float(arguments.events * WINDOWS) / f64::from(MEASURED_FOR_SPOOLED))
    );
    lines.push(line(&behind, scaling.spooled()?));
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
    events: u64,
}

impl Scaling<'_> {
    /// Of the same replay, what events cost that come after so many others. An average over all would hide half of what
    /// grows.
    fn uptime(&self) -> Result<[f64; 3], Failure> {
        let window = self.events * WINDOWS;
        let last = u64::from(TIMES[2]) * self.events + window;
        eprintln!("replaying {} events", thousands(float(last)));
        let mut costs = [0.0; 3];
        let feed = |stdin, process| {
            let mut lines = EventLines::new();
            let mut out = BufWriter::with_capacity(PIPE, stdin);
            for (times, cost) in TIMES.into_iter().zip(&mut costs) {
                let after = u64::from(times) * self.events;
                // What is still in the pipe at the beginning is so at the end, too.
                lines.write(after - lines.written(), &mut out)?;
                out.flush()?;
                let before = ProcessUsage::of(process)?.processor;
                lines.write(window, &mut out)?;
                out.flush()?;
                let used = ProcessUsage::of(process)?.processor.saturating_sub(before);
                *cost = used.as_secs_f64() * 1e6 / float(window);
            }
            Ok(())
        };
        let replay = replay(self.program, &["-".into()], &self.interrupt, feed)?;
        replay.has_read(last)?;
        Ok(costs)
    }

    fn rules(&self) -> Result<[f64; 3], Failure> {
        each(|times| {
            let count = RULES * times;
            eprintln!("replaying with {count} rules that cannot match");
            let rules = self.workplace.write("many.yaml", rules_of_other_types(count))?;
            let arguments = ["--rules".into(), rules.into_os_string()];
            let start = self.best(0, &arguments)?;
            self.cost(self.events * WINDOWS, start, &arguments)
        })
    }

    fn backlog(&self) -> Result<[f64; 3], Failure> {
        let rounds = u32::try_from(self.events * WINDOWS).unwrap_or(u32::MAX);
        each(|times| {
            self.interrupt.check()?;
            eprintln!("behind {} waiting events", thousands(f64::from(WAITING * times)));
            Ok(backlog::measure(WAITING * times, rounds)?.microseconds)
        })
    }

    fn spooled(&self) -> Result<[f64; 3], Failure> {
        let events = u32::try_from(self.events * WINDOWS).unwrap_or(u32::MAX);
        each(|times| {
            self.interrupt.check()?;
            let waiting = events / MEASURED_FOR_SPOOLED * times;
            eprintln!("behind {} events in the spool", thousands(f64::from(waiting)));
            spooled::measure(waiting, events, &self.workplace.path(&format!("spool-{times}")))
        })
    }

    /// Microseconds for each event, without what the start takes.
    fn cost(&self, count: u64, start: Duration, arguments: &[OsString]) -> Result<f64, Failure> {
        let used = self.best(count, arguments)?.saturating_sub(start);
        Ok(used.as_secs_f64() * 1e6 / float(count))
    }

    fn best(&self, count: u64, arguments: &[OsString]) -> Result<Duration, Failure> {
        let mut best = Duration::MAX;
        for _ in 0..ATTEMPTS {
            let arguments = [arguments, &["-".into()]].concat();
            let feed = |stdin, _process| {
                let mut out = BufWriter::with_capacity(PIPE, stdin);
                EventLines::new().write(count, &mut out)?;
                out.flush()
            };
            let replay = replay(self.program, &arguments, &self.interrupt, feed)?;
            replay.has_read(count)?;
            best = best.min(replay.processor);
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
