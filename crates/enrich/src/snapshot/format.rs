//! How a snapshot is written: a head that names the format and its version, then the content compressed with a checksum.

use crate::trackers::SavedTrackers;

/// What every snapshot begins with.
const MAGIC: &[u8; 8] = b"GLTRACK\n";

/// Counted up with every change of what is written.
const VERSION: u32 = 2;

/// Fast, and a third of the size.
const COMPRESSION: i32 = 1;

/// The most that a snapshot may be uncompressed: a damaged or forged one must not take all memory.
const MAX_BYTES: usize = 8 << 30;

/// Why a snapshot is of no use.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// It does not begin as a snapshot does.
    #[error("not a snapshot of trackers")]
    NotASnapshot,
    /// Another version of this program wrote it.
    #[error("a snapshot of version {found}; this program reads version {VERSION}")]
    OtherVersion {
        /// Its version.
        found: u32,
    },
    /// It is cut short or damaged.
    #[error("damaged: {cause}")]
    Damaged {
        /// What was found.
        cause: String,
    },
}

/// A snapshot's bytes before compression, made quickly on the thread that owns the trackers.
pub(crate) fn serialize(saved: &SavedTrackers) -> Result<Vec<u8>, SnapshotError> {
    postcard::to_stdvec(saved).map_err(damaged)
}

/// The snapshot as it is written to a file.
pub(crate) fn encode(content: &[u8]) -> Result<Vec<u8>, SnapshotError> {
    let mut compressor = zstd::bulk::Compressor::new(COMPRESSION).map_err(damaged)?;
    compressor.include_checksum(true).map_err(damaged)?;
    let compressed = compressor.compress(content).map_err(damaged)?;
    let length = (content.len() as u64).to_le_bytes();
    Ok([&MAGIC[..], &VERSION.to_le_bytes(), &length, &compressed].concat())
}

/// Reads a snapshot.
pub(crate) fn decode(file: &[u8]) -> Result<SavedTrackers, SnapshotError> {
    let rest = file.strip_prefix(MAGIC).ok_or(SnapshotError::NotASnapshot)?;
    let short = || SnapshotError::Damaged { cause: "cut short".to_owned() };
    let (version, rest) = rest.split_first_chunk::<4>().ok_or_else(short)?;
    let version = u32::from_le_bytes(*version);
    if version != VERSION {
        return Err(SnapshotError::OtherVersion { found: version });
    }
    let (length, compressed) = rest.split_first_chunk::<8>().ok_or_else(short)?;
    let length = usize::try_from(u64::from_le_bytes(*length)).ok().filter(|length| *length <= MAX_BYTES);
    let length = length.ok_or_else(|| SnapshotError::Damaged { cause: "impossible length".to_owned() })?;
    let content = zstd::bulk::decompress(compressed, length).map_err(damaged)?;
    postcard::from_bytes(&content).map_err(damaged)
}

#[expect(clippy::needless_pass_by_value, reason = "`map_err` hands the error over")]
fn damaged(cause: impl ToString) -> SnapshotError {
    SnapshotError::Damaged { cause: cause.to_string() }
}
