//! The log: what the command says of itself, on standard error.

use std::io;

use tracing_subscriber::{filter::LevelFilter, fmt, prelude::*};

/// Starts the log: warnings and errors, and with `Debug` or `DebugJSON` what these ask for.
pub(crate) fn start(debug: bool) {
    let level = if debug { LevelFilter::DEBUG } else { LevelFilter::WARN };
    let lines = fmt::layer().with_writer(io::stderr).with_target(false).with_ansi(false).without_time();
    // A second start, in a test, leaves the first one as it is.
    let _ = tracing_subscriber::registry().with(lines.with_filter(level)).try_init();
}

/// Warns of several things.
pub(crate) fn warn_all(warnings: &[String]) {
    for warning in warnings {
        tracing::warn!("{warning}");
    }
}
