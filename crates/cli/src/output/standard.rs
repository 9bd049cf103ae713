//! Alerts on standard output.

use std::io::{self, BufWriter, ErrorKind, IsTerminal, Stdout, Write};

use super::{
    readable::{Palette, Readable},
    visible::VisibleJson,
};

/// Why standard output takes no more.
#[derive(Debug)]
pub(crate) enum Broken {
    /// Whoever read it has gone, as `head` does: no error, but the end.
    Pipe,
    /// It cannot be written.
    Output(io::Error),
}

impl From<io::Error> for Broken {
    fn from(error: io::Error) -> Self {
        if error.kind() == ErrorKind::BrokenPipe { Self::Pipe } else { Self::Output(error) }
    }
}

/// Standard output, flushed at the end of each batch.
pub(super) struct StandardOutput {
    out: BufWriter<Stdout>,
    is_terminal: bool,
}

impl StandardOutput {
    pub(super) fn new() -> Self {
        let stdout = io::stdout();
        Self { is_terminal: stdout.is_terminal(), out: BufWriter::with_capacity(64 << 10, stdout) }
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
