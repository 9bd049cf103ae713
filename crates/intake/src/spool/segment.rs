//! One file of the spool: its name, its head, how it comes to be on the disk.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::record::MAX_SEQUENCE;
use crate::worth::Rank;

/// Says what the file is and in which version.
const MAGIC: [u8; 8] = *b"glspool\n";
const VERSION: u32 = 1;

/// Magic, version, CRC-32 of both.
const HEAD_LENGTH: usize = 16;

/// Size of the head, in bytes.
pub(super) const HEAD_BYTES: u64 = HEAD_LENGTH as u64;

const EXTENSION: &str = "segment";

/// Which segment it is: its rank, and the sequence number its records begin with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SegmentId {
    pub(super) rank: Rank,
    pub(super) first: u64,
}

/// What the head of a segment says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Head {
    /// A segment as this version writes it.
    Sound,
    /// No head, or one that is damaged. Its records can be sought all the same.
    Damaged,
    /// A segment of another version.
    OtherVersion(u32),
}

impl SegmentId {
    /// The file of this segment in `directory`.
    pub(super) fn path(self, directory: &Path) -> PathBuf {
        directory.join(format!("{}-{:016x}.{EXTENSION}", rank_name(self.rank), self.first))
    }

    /// The segment that a file is, told by its name; none for other files.
    pub(super) fn of_path(path: &Path) -> Option<Self> {
        let is_segment = path.extension().is_some_and(|extension| extension == EXTENSION);
        let (rank, first) = path.file_stem().filter(|_| is_segment)?.to_str()?.split_once('-')?;
        let rank = Rank::ALL.into_iter().find(|known| rank_name(*known) == rank)?;
        let number =
            u64::from_str_radix(first, 16).ok().filter(|number| first.len() == 16 && *number <= MAX_SEQUENCE)?;
        Some(Self { rank, first: number })
    }

    /// Makes the file. When this returns, it stays after a power failure.
    pub(super) fn create(self, directory: &Path) -> io::Result<File> {
        let path = self.path(directory);
        let mut file = OpenOptions::new().write(true).create_new(true).open(&path)?;
        let mut begin = || {
            file.write_all(&head())?;
            file.sync_all()?;
            File::open(directory)?.sync_all()
        };
        begin().inspect_err(|_| drop(fs::remove_file(&path)))?;
        Ok(file)
    }
}

/// Reads the head, and leaves `file` at the first record.
pub(super) fn read_head(mut file: impl io::Read) -> io::Result<Head> {
    let mut bytes = [0; HEAD_LENGTH];
    match file.read_exact(&mut bytes) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(Head::Damaged),
        other => other?,
    }
    let [m0, m1, m2, m3, m4, m5, m6, m7, v0, v1, v2, v3, c0, c1, c2, c3] = bytes;
    let is_sound = [m0, m1, m2, m3, m4, m5, m6, m7] == MAGIC
        && u32::from_le_bytes([c0, c1, c2, c3]) == crc32fast::hash(&bytes[..12]);
    Ok(match u32::from_le_bytes([v0, v1, v2, v3]) {
        _ if !is_sound => Head::Damaged,
        VERSION => Head::Sound,
        other => Head::OtherVersion(other),
    })
}

fn head() -> Vec<u8> {
    let mut head = [&MAGIC[..], &VERSION.to_le_bytes()].concat();
    head.extend(crc32fast::hash(&head).to_le_bytes());
    head
}

const fn rank_name(rank: Rank) -> &'static str {
    match rank {
        Rank::Routine => "routine",
        Rank::Streamed => "streamed",
        Rank::Saved => "saved",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_the_segment_and_other_files_are_none() {
        for rank in Rank::ALL {
            let id = SegmentId { rank, first: 0xABCD };
            assert_eq!(SegmentId::of_path(&id.path(Path::new("/x"))), Some(id));
        }
        for other in [
            "saved-1.segment",
            "saved-000000000000000g.segment",
            "saved-ffffffffffffffff.segment",
            "x-0000000000000001.segment",
            "lock",
            "segment",
        ] {
            assert_eq!(SegmentId::of_path(Path::new(other)), None, "{other}");
        }
    }

    #[test]
    fn a_head_is_told_from_damage_and_from_other_versions() {
        assert_eq!(read_head(&head()[..]).unwrap(), Head::Sound);
        for place in 0..HEAD_LENGTH {
            let mut damaged = head();
            damaged[place] ^= 1;
            assert_eq!(read_head(&damaged[..]).unwrap(), Head::Damaged);
            assert_eq!(read_head(&head()[..place]).unwrap(), Head::Damaged);
        }
        let mut newer = [&MAGIC[..], &2_u32.to_le_bytes()].concat();
        newer.extend(crc32fast::hash(&newer).to_le_bytes());
        assert_eq!(read_head(&newer[..]).unwrap(), Head::OtherVersion(2));
    }
}
