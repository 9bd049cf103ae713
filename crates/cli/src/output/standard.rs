//! Alerts on standard output.

use std::io::{self, BufWriter, ErrorKind, IsTerminal, Write};

use super::{
    readable::{Palette, Readable},
    stream::Stream,
    visible::VisibleJson,
};
use crate::stop::StopSignal;

/// Why standard output takes no more.
#[derive(Debug)]
pub(crate) enum Broken {
    /// Whoever read it has gone, as `head` does: no error, but the end.
    Pipe,
    /// Nobody read it for as long as stopping may take.
    Stalled,
    /// It cannot be written.
    Output(io::Error),
}

impl From<io::Error> for Broken {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            ErrorKind::BrokenPipe => Self::Pipe,
            ErrorKind::TimedOut => Self::Stalled,
            _ => Self::Output(error),
        }
    }
}

/// Standard output, flushed at the end of each batch.
pub(super) struct StandardOutput {
    out: BufWriter<Stream>,
    is_terminal: bool,
}

impl StandardOutput {
    pub(super) fn open(stop: StopSignal) -> io::Result<Self> {
        let stream = Stream::new(io::stdout(), stop)?;
        Ok(Self { is_terminal: io::stdout().is_terminal(), out: BufWriter::with_capacity(64 << 10, stream) })
    }

    pub(super) const fn is_terminal(&self) -> bool {
        self.is_terminal
    }

    pub(super) fn json(&mut self, line: &str) -> Result<(), Broken> {
        if self.is_terminal {
            writeln!(self.out, "{}", VisibleJson(line))?;
        } else {
            self.out.write_all(line.as_bytes())?;
            self.out.write_all(b"\n")?;
        }
        Ok(())
    }

    /// `line` is safe to print.
    pub(super) fn text(&mut self, line: &str) -> Result<(), Broken> {
        Ok(writeln!(self.out, "{line}")?)
    }

    pub(super) fn readable(&mut self, alert: &Readable<'_>, palette: Palette) -> Result<(), Broken> {
        Ok(alert.write(palette, &mut self.out)?)
    }

    pub(super) fn flush(&mut self) -> Result<(), Broken> {
        Ok(self.out.flush()?)
    }
}
