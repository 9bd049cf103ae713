//! How far the host has got: one number in a file, written now and then.
//!
//! It may lag behind, and it may be lost: then events are delivered once more, which is what "at least once" means. So it
//! is written in place and not synchronised.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use super::record::MAX_SEQUENCE;
use crate::regular_file;

/// The number, and its CRC-32.
const BYTES: usize = 12;

/// The file with the number.
#[derive(Debug)]
pub(super) struct Acknowledged(File);

impl Acknowledged {
    /// Opens the file; also gives the number of the last event the host has taken, or 0.
    pub(super) fn open(directory: &Path) -> io::Result<(Self, u64)> {
        let path = directory.join("acknowledged");
        let file =
            regular_file::open_with(OpenOptions::new().read(true).write(true).create(true).truncate(false), &path)?;
        let mut bytes = [0; BYTES];
        let is_whole = file.read_exact_at(&mut bytes, 0).is_ok();
        let [number @ .., c0, c1, c2, c3] = bytes;
        let is_sound = is_whole && u32::from_le_bytes([c0, c1, c2, c3]) == crc32fast::hash(&number);
        let sequence = if is_sound { u64::from_le_bytes(number).min(MAX_SEQUENCE) } else { 0 };
        let acknowledged = Self(file);
        // So that the file has its room on the disk, and the number can be written when that is full.
        acknowledged.write(sequence)?;
        Ok((acknowledged, sequence))
    }

    pub(super) fn write(&self, sequence: u64) -> io::Result<()> {
        let number = sequence.to_le_bytes();
        self.0.write_all_at(&[&number[..], &crc32fast::hash(&number).to_le_bytes()].concat(), 0)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use tempfile::TempDir;

    use super::*;

    #[test]
    fn the_last_number_written_is_read_and_a_damaged_one_is_none() {
        let directory = TempDir::new().unwrap();
        let open = || Acknowledged::open(directory.path()).unwrap();
        assert_eq!(open().1, 0);
        open().0.write(7).unwrap();
        open().0.write(MAX_SEQUENCE).unwrap();
        assert_eq!(open().1, MAX_SEQUENCE);
        let path = directory.path().join("acknowledged");
        let sound = fs::read(&path).unwrap();
        for place in 0..BYTES {
            let mut damaged = sound.clone();
            damaged[place] ^= 1;
            fs::write(&path, damaged).unwrap();
            assert_eq!(open().1, 0);
            fs::write(&path, &sound[..place]).unwrap();
            assert_eq!(open().1, 0);
        }
    }
}
