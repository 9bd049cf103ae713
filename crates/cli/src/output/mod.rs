//! Where alerts go.

mod background;
mod counted;
mod file;
mod format;
mod http;
mod losses;
mod outputs;
mod program;
mod readable;
mod standard;
mod stream;
mod visible;

use std::time::Instant;

pub(crate) use counted::Counted;
pub(crate) use format::{LineFormat, StandardChoice, StandardFormat};
pub(crate) use outputs::{OutputChoice, Outputs};
pub(crate) use standard::Broken;
pub(crate) use visible::{Visible, VisibleJson};

/// A place that takes alerts, one line each, and tells of its own troubles in the log.
trait Output: Send {
    /// Takes one alert, without a line end.
    fn write(&mut self, line: &str);

    /// The end of a batch of events: what is held back should go out.
    fn flush(&mut self);

    /// The end of the run: delivers what waits, until the deadline.
    fn finish(self: Box<Self>, deadline: Instant);
}
