//! What a process has used, as Linux counts it.

use std::fs;
use std::io;
use std::time::{Duration, Instant};

use rustix::param::clock_ticks_per_second;

/// What a process had used at a moment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ProcessUsage {
    at: Instant,
    pub(crate) processor: Duration,
    pub(crate) peak_resident_bytes: u64,
}

impl ProcessUsage {
    pub(crate) fn of(process: u32) -> io::Result<Self> {
        let status = fs::read_to_string(format!("/proc/{process}/status"))?;
        Ok(Self {
            at: Instant::now(),
            processor: processor_time(process)?,
            peak_resident_bytes: peak_resident(&status),
        })
    }

    #[expect(clippy::cast_precision_loss, reason = "sizes are far below 2^52")]
    pub(crate) fn peak_rss_megabytes(&self) -> f64 {
        self.peak_resident_bytes as f64 / 1e6
    }

    /// Processor time since then, in hundredths of one core.
    pub(crate) fn percent_since(&self, before: &Self) -> f64 {
        let elapsed = self.at.duration_since(before.at).as_secs_f64();
        100.0 * self.processor.saturating_sub(before.processor).as_secs_f64() / elapsed.max(f64::EPSILON)
    }
}

/// To the nanosecond where the kernel tells it, else to the tick: an idle process uses less than a tick in seconds.
fn processor_time(process: u32) -> io::Result<Duration> {
    let ticks = ticks(&fs::read_to_string(format!("/proc/{process}/stat"))?);
    let per_second = clock_ticks_per_second().max(1);
    let counted = Duration::from_nanos(ticks.saturating_mul(1_000_000_000 / per_second));
    let exact = threads(process).unwrap_or_default();
    // Threads that have ended count in ticks alone.
    let tick = Duration::from_nanos(1_000_000_000 / per_second);
    Ok(if exact + tick * 2 >= counted { exact } else { counted })
}

/// The sum over all threads that live.
fn threads(process: u32) -> io::Result<Duration> {
    let mut sum = Duration::ZERO;
    for thread in fs::read_dir(format!("/proc/{process}/task"))? {
        let text = fs::read_to_string(thread?.path().join("schedstat"))?;
        let nanoseconds = text.split_whitespace().next().and_then(|first| first.parse().ok()).unwrap_or(0);
        sum += Duration::from_nanos(nanoseconds);
    }
    Ok(sum)
}

/// User and system time of `/proc/PID/stat`. The name, second of all, may hold anything, but ends with the last bracket.
fn ticks(stat: &str) -> u64 {
    let after_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    after_name.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum()
}

/// `VmHWM` of `/proc/PID/status`.
fn peak_resident(status: &str) -> u64 {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kibibytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kibibytes.unwrap_or(0) * 1024
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_brackets_and_blanks_does_not_shift_the_numbers() {
        let stat = "71 (a) b (c) S 1 71 71 0 -1 4194560 1 0 0 0 120 34 0 0 20 0 1 0 5 6 7";
        assert_eq!(ticks(stat), 154);
    }

    #[test]
    fn this_process_has_used_something() {
        let usage = ProcessUsage::of(std::process::id()).unwrap();
        assert!(usage.peak_resident_bytes > 100_000, "{usage:?}");
        assert_eq!(peak_resident("Name:\tx\nVmHWM:\t    2048 kB\n"), 2 << 20);
    }
}
