//! The progress bar of a replay: on standard error, and only when that is a terminal.

use std::{
    io::{self, IsTerminal, Write},
    time::Duration,
};

use indicatif::{ProgressBar, ProgressStyle};
use intake::Progress;

/// How often the bar is drawn by itself, so that it moves also while a large event is read.
const TICK: Duration = Duration::from_millis(100);

/// A bar, or nothing.
pub(super) struct ProgressDisplay {
    bar: Option<ProgressBar>,
    /// Whether alerts appear on the same terminal.
    prints_to_terminal: bool,
}

impl ProgressDisplay {
    /// `total_bytes` is unknown for standard input and pipes.
    pub(super) fn new(total_bytes: Option<u64>) -> Self {
        let bar = io::stderr().is_terminal().then(|| {
            let (bar, template) = match total_bytes {
                Some(total) => {
                    (ProgressBar::new(total), "{wide_bar} {bytes}/{total_bytes} {binary_bytes_per_sec} {eta}")
                }
                None => (ProgressBar::new_spinner(), "{spinner} {bytes} {binary_bytes_per_sec}"),
            };
            let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
            bar.set_style(style);
            bar.enable_steady_tick(TICK);
            bar
        });
        Self { bar, prints_to_terminal: io::stdout().is_terminal() }
    }

    pub(super) fn update(&self, progress: &Progress) {
        if let Some(bar) = &self.bar {
            bar.set_position(progress.bytes_read());
        }
    }

    /// Says a line on standard error, above the bar.
    pub(super) fn say(&self, line: Option<String>) {
        let Some(line) = line else { return };
        // Nobody is left to tell if standard error is closed.
        let say = || drop(writeln!(io::stderr(), "{line}"));
        match &self.bar {
            Some(bar) => bar.suspend(say),
            None => say(),
        }
    }

    /// Runs `print`, with the bar out of the way if both appear on one terminal.
    pub(super) fn beside<T>(&self, print: impl FnOnce() -> T) -> T {
        match &self.bar {
            Some(bar) if self.prints_to_terminal => bar.suspend(print),
            _ => print(),
        }
    }

    pub(super) fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
