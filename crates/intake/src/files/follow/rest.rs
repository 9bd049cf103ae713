//! The rest of a file that is gone: rotation leaves it in a copy beside it, plain or compressed.
//!
//! So do the logs of GitLab's Linux package: logrotate copies `audit_json.log` to `audit_json.log.1`, cuts the log (`copytruncate`) and
//! compresses the copy a little later. What was written between the last look and the cut is in the copy alone.

use std::cmp::Reverse;
use std::fs;
use std::io::{self, BufRead, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use audit_event::Origin;

use super::file::Step;
use super::fingerprint::Fingerprint;
use crate::files::decompress::decompress;
use crate::files::error::FileError;
use crate::files::event::{FileEvent, MAX_EVENT_BYTES};
use crate::files::pieces::Pieces;
use crate::files::place::Place;
use crate::regular_file;

/// Copies that are looked into, the newest first: it is hardly ever another than the first.
const MOST_COPIES: usize = 16;

/// What a copy holds behind the place up to which its original was read.
pub(super) struct Rest {
    copy: Arc<Path>,
    pieces: Pieces<Box<dyn BufRead + Send>>,
}

impl Rest {
    /// Finds the copy of what `original` was, which began like this and was read up to `place`.
    pub(super) fn find(original: &Path, place: Place, fingerprint: Fingerprint) -> Option<Self> {
        let copies = copies(original).unwrap_or_default();
        copies.into_iter().take(MOST_COPIES).find_map(|copy| Self::open(copy, place, fingerprint).ok().flatten())
    }

    fn open(copy: PathBuf, place: Place, fingerprint: Fingerprint) -> io::Result<Option<Self>> {
        let mut text = decompress(regular_file::open(&copy)?)?;
        let mut start = vec![0; fingerprint.length];
        text.read_exact(&mut start)?;
        let behind_start = place.offset.checked_sub(start.len() as u64).filter(|_| fingerprint.is_of(&start));
        let Some(read) = behind_start else { return Ok(None) };
        if io::copy(&mut text.by_ref().take(read), &mut io::sink())? < read {
            return Ok(None);
        }
        let pieces = Pieces::resume(text, MAX_EVENT_BYTES, place);
        Ok(Some(Self { copy: copy.into(), pieces }))
    }

    /// What comes next; none at the end.
    pub(super) fn next(&mut self) -> Option<Step> {
        match self.pieces.next() {
            Ok(piece) => Some(FileEvent::read(piece?, &self.copy, Origin::File).into()),
            Err(error) => {
                // Nothing more comes from a copy that cannot be read.
                self.pieces = Pieces::new(Box::new(io::empty()), MAX_EVENT_BYTES);
                Some(Step::Error(FileError::unreadable(Arc::clone(&self.copy), error)))
            }
        }
    }
}

impl std::fmt::Debug for Rest {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Rest").field("copy", &self.copy).finish_non_exhaustive()
    }
}

/// Files beside `original` whose names begin like its: `audit_json.log.1`, `audit_json.log-20260301.gz`, `audit_json-1.log`. Those
/// that are not compressed come first, because a compressed one may still be half written while its original is there.
fn copies(original: &Path) -> io::Result<Vec<PathBuf>> {
    let (Some(folder), Some(stem)) = (original.parent(), original.file_stem().and_then(|stem| stem.to_str())) else {
        return Ok(Vec::new());
    };
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)?.flatten() {
        let path = entry.path();
        let is_alike = entry.file_name().to_str().is_some_and(|name| name.starts_with(stem)) && path != original;
        if let Ok(metadata) = entry.metadata()
            && is_alike
            && metadata.is_file()
        {
            let is_compressed = path.extension().is_some_and(|ending| ending == "gz" || ending == "zst");
            let changed = metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH);
            found.push((is_compressed, Reverse(changed), path));
        }
    }
    found.sort_unstable();
    Ok(found.into_iter().map(|(_, _, path)| path).collect())
}
