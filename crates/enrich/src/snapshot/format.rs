//! How a snapshot is written: a head that names the format and its version, then the content compressed with a checksum.

use std::io::{Read, Write};

use crate::trackers::SavedTrackers;

/// What every snapshot begins with.
const MAGIC: &[u8; 8] = b"GLTRACK\n";

/// Counted up with every change of what is written.
pub(super) const VERSION: u32 = 5;

/// Fast, and a third of the size.
const COMPRESSION: i32 = 1;

/// The most that a snapshot may be uncompressed, some twenty million usual keys: a damaged or forged one must not take all
/// memory.
const MAX_BYTES: usize = 2 << 30;

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
    /// There is more than a snapshot may hold.
    #[error("the trackers remember more than {} MiB; give them fewer MaxKeys", MAX_BYTES >> 20)]
    TooLarge,
}

/// A snapshot's bytes before compression, made quickly on the thread that owns the trackers.
pub(crate) fn serialize(saved: &SavedTrackers<'_>) -> Result<Vec<u8>, SnapshotError> {
    let content = postcard::to_stdvec(saved).map_err(damaged)?;
    if content.len() > MAX_BYTES { Err(SnapshotError::TooLarge) } else { Ok(content) }
}

/// Writes the snapshot as it is in a file.
pub(crate) fn write(content: &[u8], file: &mut impl Write) -> std::io::Result<()> {
    file.write_all(MAGIC)?;
    file.write_all(&VERSION.to_le_bytes())?;
    file.write_all(&(content.len() as u64).to_le_bytes())?;
    let mut compressor = zstd::Encoder::new(file, COMPRESSION)?;
    compressor.include_checksum(true)?;
    compressor.write_all(content)?;
    compressor.finish()?.flush()
}

/// The content of a snapshot, which [`read`] reads. Never more of it than there is, whatever the head promises.
pub(crate) fn decompress(file: &mut impl Read) -> Result<Vec<u8>, SnapshotError> {
    let mut magic = [0; MAGIC.len()];
    if file.read_exact(&mut magic).is_err() || &magic != MAGIC {
        return Err(SnapshotError::NotASnapshot);
    }
    let (mut version, mut length) = ([0; 4], [0; 8]);
    file.read_exact(&mut version).map_err(damaged)?;
    let version = u32::from_le_bytes(version);
    if version != VERSION {
        return Err(SnapshotError::OtherVersion { found: version });
    }
    file.read_exact(&mut length).map_err(damaged)?;
    let length = usize::try_from(u64::from_le_bytes(length)).ok().filter(|length| *length <= MAX_BYTES);
    let length = length.ok_or_else(|| damaged("impossible length"))?;
    let mut content = Vec::new();
    #[expect(clippy::disallowed_methods, reason = "bounded by the length, which is bounded by MAX_BYTES")]
    zstd::Decoder::new(file)
        .and_then(|decoder| decoder.take(length as u64 + 1).read_to_end(&mut content))
        .map_err(damaged)?;
    if content.len() != length {
        return Err(damaged("not as long as it says"));
    }
    Ok(content)
}

/// Reads what [`decompress`] gave.
pub(crate) fn read(content: &[u8]) -> Result<SavedTrackers<'_>, SnapshotError> {
    postcard::from_bytes(content).map_err(damaged)
}

#[expect(clippy::needless_pass_by_value, reason = "`map_err` hands the error over")]
fn damaged(cause: impl ToString) -> SnapshotError {
    SnapshotError::Damaged { cause: cause.to_string() }
}
