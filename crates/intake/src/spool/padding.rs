//! Noughts behind the records of the segment that is written to, which the next records replace.
//!
//! A record written over them changes neither the size of the file nor which blocks belong to it, so the system has no
//! metadata to write with the next fsync, which halves what that takes on ext4. Room that is only reserved (`fallocate`)
//! does not do that: its first use is metadata.

use std::fs::File;
use std::io::{self, ErrorKind, Read as _, Seek as _, SeekFrom};
use std::time::{Duration, Instant};

/// How long nothing is padded after the disk had no room for it, so that each write does not try anew.
const PAUSE_WITHOUT_ROOM: Duration = Duration::from_secs(1);

/// Pads files while the disk has room.
#[derive(Debug, Default)]
pub(super) struct Padder {
    pauses_until: Option<Instant>,
}

impl Padder {
    /// Pads a file that ends at `end` with so many noughts, and gives how many there are: none while the disk has no room for
    /// them, which is no reason to refuse events that it has room for.
    pub(super) fn pad(&mut self, file: &mut File, end: u64, noughts: u64) -> io::Result<u64> {
        if noughts == 0 || self.pauses_until.is_some_and(|until| Instant::now() < until) {
            return Ok(0);
        }
        file.seek(SeekFrom::Start(end))?;
        match io::copy(&mut io::repeat(0).take(noughts), file) {
            Ok(_) => Ok(noughts),
            Err(error) if is_want_of_room(&error) => {
                self.pauses_until = Instant::now().checked_add(PAUSE_WITHOUT_ROOM);
                file.set_len(end).map(|()| 0)
            }
            Err(error) => Err(error),
        }
    }
}

fn is_want_of_room(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge)
}
