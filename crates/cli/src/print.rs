//! Prints a whole result at once.

use std::io::{self, Write};

use crate::Failure;

/// Prints on standard output. That nobody wants to read on (`| head`) is no failure.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(cause) if cause.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::System { doing: "writing to standard output", cause })
        }
        _ => Ok(()),
    }
}
