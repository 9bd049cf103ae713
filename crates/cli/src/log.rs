//! The log: what the command says of itself, on standard error.

use std::io::{self, Write};

use pipeline::Settings;
use tracing_subscriber::{filter::LevelFilter, fmt, prelude::*};

use crate::output::Visible;

/// Starts the log: warnings and errors, and with `Debug` or `DebugJSON` what these ask for.
pub(crate) fn start(settings: Option<&Settings>) {
    let wants_more = settings.is_some_and(|settings| settings.debug || settings.debug_json);
    let level = if wants_more { LevelFilter::DEBUG } else { LevelFilter::WARN };
    let lines =
        fmt::layer().with_writer(|| VisibleLines(io::stderr())).with_target(false).with_ansi(false).without_time();
    // A second start, in a test, leaves the first one as it is.
    let _ = tracing_subscriber::registry().with(lines.with_filter(level)).try_init();
}

/// Warns of several things.
pub(crate) fn warn_all(warnings: &[String]) {
    for warning in warnings {
        tracing::warn!("{warning}");
    }
}

/// A writer in front of a terminal: `DebugJSON` logs events, and whoever chose the names in them must not choose what the
/// terminal does. `tracing` escapes control characters, but not those that turn the direction of writing.
struct VisibleLines<W>(W);

impl<W: Write> Write for VisibleLines<W> {
    /// Takes a whole log entry, as `tracing` hands it over.
    fn write(&mut self, entry: &[u8]) -> io::Result<usize> {
        for line in String::from_utf8_lossy(entry).lines() {
            writeln!(self.0, "{}", Visible(line))?;
        }
        Ok(entry.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_act_on_is_shown_and_lines_stay_lines() {
        let mut shown = Vec::new();
        VisibleLines(&mut shown).write_all("event: \u{202e}evil\u{1b}[2J\nnext\n".as_bytes()).unwrap();
        assert_eq!(String::from_utf8(shown).unwrap(), "event: \\u{202e}evil\\u{1b}[2J\nnext\n");
    }
}
