//! `bench replay`: how fast `falco-gitlab replay` looks at a file, with all rules and trackers.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, BufWriter, Read};
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::arguments::ReplayArguments;
use crate::case::HostKind;
use crate::count::float;
use crate::failure::Failure;
use crate::host::{LastWords, guarded};
use crate::interrupt::Interrupt;
use crate::measure::ProcessUsage;
use crate::products;
use crate::report::thousands;
use crate::row::Row;
use crate::traffic::EventLines;
use crate::workplace::Workplace;

/// What a replay is called among the cases.
pub(crate) const NAME: &str = "replay";

/// How many events the file has if nothing is said.
pub(crate) const EVENTS: u64 = 500_000;

/// The median of so many counts.
pub(crate) const RUNS: usize = 5;

const POLL: Duration = Duration::from_millis(10);

pub(crate) fn run(arguments: &ReplayArguments) -> Result<(), Failure> {
    let interrupt = Interrupt::install().map_err(Failure::system("catching signals"))?;
    let program = arguments.bin.clone().map_or_else(products::build, Ok)?;
    let (row, alerts) = measure(&program, arguments.events, RUNS, &interrupt)?;
    let per_second = row.events_per_second.map_or_else(String::new, thousands);
    let lost = row.lost.map_or_else(|| "not known".to_owned(), |lost| lost.to_string());
    println!(
        "{} events, all rules and trackers: {per_second} events/s (median of {RUNS}), {:.0} % CPU, {:.0} MB at most, \
         {alerts} alerts, events lost: {lost}",
        thousands(float(arguments.events)),
        row.cpu_percent,
        row.peak_rss_megabytes
    );
    Ok(())
}

/// The median of so many replays of the same file, and how many alerts there were.
pub(crate) fn measure(program: &Path, events: u64, runs: usize, interrupt: &Interrupt) -> Result<(Row, u64), Failure> {
    let workplace = Workplace::new()?;
    let path = workplace.path("events.ndjson");
    write_file(&path, events).map_err(Failure::system("writing the events"))?;
    let mut replays = Vec::new();
    for _ in 0..runs.max(1) {
        replays.push(replay(program, &[path.clone().into()], interrupt, |_, _| Ok(()))?);
    }
    replays.sort_by_key(|replay| replay.took);
    let median = &replays[replays.len() / 2];
    let count = float(events);
    let (took, processor) = (median.took.as_secs_f64(), median.processor.as_secs_f64());
    let row = Row {
        case: NAME,
        host: HostKind::Standalone,
        events_per_second: Some(count / took),
        answers: None,
        alerts: None,
        cpu_percent: 100.0 * processor / took,
        cpu_microseconds_per_event: Some(1e6 * processor / count),
        peak_rss_megabytes: median.peak_rss_megabytes,
        lost: median.events.map(|read| events.saturating_sub(read)),
        duplicated: median.events.map(|read| read.saturating_sub(events)),
        refused: 0,
        broken: 0,
        go_plugin_per_second: None,
    };
    Ok((row, median.alerts))
}

fn write_file(path: &Path, events: u64) -> io::Result<()> {
    let mut out = BufWriter::new(File::create(path)?);
    EventLines::new().write(events, &mut out)?;
    // Or the system would write it, and what other cases have left, while it is read.
    out.into_inner()?.sync_all()
}

/// What one replay took.
#[derive(Debug)]
pub(crate) struct Replay {
    pub(crate) took: Duration,
    /// But for the last moment, after it was last asked.
    pub(crate) processor: Duration,
    pub(crate) peak_rss_megabytes: f64,
    pub(crate) alerts: u64,
    /// How many events its summary counts, if it has one.
    pub(crate) events: Option<u64>,
}

impl Replay {
    /// Fails where it did not read as many events as it was given: what it took would be of something else.
    pub(crate) fn has_read(&self, given: u64) -> Result<(), Failure> {
        match self.events {
            Some(read) if read == given => Ok(()),
            read => Err(Failure::Replayed { read, given }),
        }
    }
}

/// One replay, from its start to its end; `feed` writes its standard input and knows its process.
pub(crate) fn replay(
    program: &Path,
    arguments: &[OsString],
    interrupt: &Interrupt,
    feed: impl FnOnce(ChildStdin, u32) -> io::Result<()> + Send,
) -> Result<Replay, Failure> {
    let mut command: Vec<OsString> = vec![program.into(), "replay".into(), "--json".into()];
    command.extend_from_slice(arguments);
    let start = Instant::now();
    let mut child = guarded(&command)?
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|cause| Failure::Start { program: PathBuf::from(program), cause })?;
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let process = child.id();
    thread::scope(|scope| {
        // Alerts are read and thrown away, as by a program that is fast enough.
        let counting = scope.spawn(|| stdout.map_or(0, count_lines));
        let said = stderr.map(LastWords::of);
        let feeding = scope.spawn(|| stdin.map_or(Ok(()), |stdin| feed(stdin, process)));
        let mut usage = None;
        let status = loop {
            // It cannot be asked once it has ended, so the last answer before counts.
            usage = ProcessUsage::of(child.id()).ok().filter(|usage| usage.peak_resident_bytes > 0).or(usage);
            match child.try_wait().map_err(Failure::system("waiting for the replay"))? {
                Some(status) => break status,
                None if interrupt.is_set() => {
                    child.kill().map_err(Failure::system("ending the replay"))?;
                }
                None => thread::park_timeout(POLL),
            }
        };
        let took = start.elapsed();
        interrupt.check()?;
        let said = said.as_ref().map(LastWords::to_the_end).unwrap_or_default();
        if !status.success() {
            return Err(Failure::HostEnded { said });
        }
        feeding.join().unwrap_or(Ok(())).map_err(Failure::system("writing events to the replay"))?;
        let events = events_of(&said);
        let usage = usage.ok_or(Failure::HostEnded { said })?;
        let alerts = counting.join().unwrap_or(0);
        Ok(Replay { alerts, events, took, processor: usage.processor, peak_rss_megabytes: usage.peak_rss_megabytes() })
    })
}

/// The count that the summary on standard error begins with: "500000 events in 1 file, …", once broken lines are left out.
fn events_of(said: &str) -> Option<u64> {
    let summary = said.lines().find(|line| line.contains(" in ") && line.contains(" broken line"))?;
    summary.split(' ').next()?.replace(',', "").parse().ok()
}

fn count_lines(mut output: impl Read) -> u64 {
    let mut buffer = vec![0; 64 << 10];
    let mut lines = 0;
    while let Ok(length @ 1..) = output.read(&mut buffer) {
        lines += memchr::memchr_iter(b'\n', &buffer[..length]).count() as u64;
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_says_how_many_events_were_read() {
        let said = "warning: something\n499998 events in 1 file, 7 alerts, 2 broken lines\n";
        assert_eq!(events_of(said), Some(499_998));
        assert_eq!(events_of("error: no such file\n"), None);
    }
}
