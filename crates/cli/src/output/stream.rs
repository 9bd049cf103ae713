//! A stream that waits for its reader, but not for ever once somebody wants us to stop.

use std::{
    fs::File,
    io::{self, Write},
    os::fd::AsFd,
    time::{Duration, Instant},
};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    io::Errno,
};

use crate::stop::{STOPPING, StopSignal};

/// What a pipe that is ready takes without making the writer wait: POSIX calls it `PIPE_BUF`.
const PIECE: usize = 4096;

/// How long to wait before looking whether somebody wants us to stop.
const WAIT: Duration = Duration::from_millis(200);

/// A stream that may have a slow reader, or one that reads no more without going away, such as a pager.
pub(super) struct Stream {
    file: File,
    stop: StopSignal,
    deadline: Option<Instant>,
}

impl Stream {
    pub(super) fn new(stream: impl AsFd, stop: StopSignal) -> io::Result<Self> {
        Ok(Self { file: stream.as_fd().try_clone_to_owned()?.into(), stop, deadline: None })
    }

    /// Waits until the reader takes more; gives up when stopping has taken too long.
    fn wait(&mut self) -> io::Result<()> {
        let wait = Timespec::try_from(WAIT).map_err(io::Error::other)?;
        loop {
            match poll(&mut [PollFd::new(&self.file, PollFlags::OUT)], Some(&wait)) {
                Ok(0) | Err(Errno::INTR) => {}
                // An error of the stream counts as ready too; writing then says which.
                Ok(_) => return Ok(()),
                Err(error) => return Err(error.into()),
            }
            if self.stop.is_set() && Instant::now() >= *self.deadline.get_or_insert_with(|| Instant::now() + STOPPING) {
                return Err(io::ErrorKind::TimedOut.into());
            }
        }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.wait()?;
        self.file.write(&bytes[..bytes.len().min(PIECE)])
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
