//! How far files have been read, kept in the state directory.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value, json};

use super::fingerprint::Fingerprint;
use super::identity::Identity;
use crate::files::place::Place;
use crate::regular_file;
use crate::state_directory::StateDirectory;

const FILE: &str = "followed-files.json";

/// Some hundred thousand positions.
const MAX_FILE_BYTES: u64 = 64 * 1024 * 1024;

/// How far one file has been read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Position {
    pub(super) identity: Identity,
    /// What it was called.
    pub(super) path: PathBuf,
    pub(super) place: Place,
    pub(super) fingerprint: Fingerprint,
}

/// The positions of the last time, and where to put the present ones.
#[derive(Debug)]
pub(super) struct SavedPositions {
    state: Option<Arc<StateDirectory>>,
    read: HashMap<Identity, Position>,
    /// What is in the file now.
    written: Option<String>,
}

impl SavedPositions {
    /// Reads what was saved. Damaged positions are left out, with a line in the log: their files are read from the start.
    pub(super) fn open(state: Option<Arc<StateDirectory>>) -> io::Result<Self> {
        let mut saved = Self { state, read: HashMap::new(), written: None };
        let Some(state) = &saved.state else { return Ok(saved) };
        let mut text = Vec::new();
        #[expect(clippy::disallowed_methods, reason = "bounded by MAX_FILE_BYTES")]
        match regular_file::open(&state.path().join(FILE)) {
            Ok(file) => file.take(MAX_FILE_BYTES).read_to_end(&mut text)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(saved),
            Err(error) => return Err(error),
        };
        if let Ok(Value::Array(entries)) = serde_json::from_slice(&text) {
            let positions = entries.iter().filter_map(position);
            saved.read = positions.map(|position| (position.identity, position)).collect();
        } else {
            tracing::warn!("{FILE} in StateDir is damaged: files are read from their start");
        }
        Ok(saved)
    }

    pub(super) fn path(&self) -> PathBuf {
        self.state.as_ref().map_or_else(|| FILE.into(), |state| state.path().join(FILE))
    }

    /// Those not yet taken.
    pub(super) fn positions(&self) -> Vec<Position> {
        self.read.values().cloned().collect()
    }

    pub(super) fn take(&mut self, identity: Identity) -> Option<Position> {
        self.read.remove(&identity)
    }

    /// Replaces the file as a whole, so that a crash leaves the old positions or the new ones.
    pub(super) fn write(&mut self, positions: impl Iterator<Item = Option<Position>>) -> io::Result<()> {
        let Some(state) = &self.state else { return Ok(()) };
        let mut positions: Vec<_> = positions.flatten().collect();
        positions.sort_by_key(|position| position.identity);
        let text = Value::from(positions.iter().map(entry).collect::<Vec<_>>()).to_string();
        if self.written.as_ref() == Some(&text) {
            return Ok(());
        }
        // More would not be read again, and every file would be read from its start.
        if text.len() as u64 > MAX_FILE_BYTES {
            let files = positions.len();
            return Err(io::Error::other(format!(
                "{files} files are too many to follow; move away those that are read"
            )));
        }
        replace(state.path(), text.as_bytes())?;
        self.written = Some(text);
        Ok(())
    }
}

fn replace(folder: &Path, content: &[u8]) -> io::Result<()> {
    let new = folder.join(format!("{FILE}.new"));
    let mut file = File::create(&new)?;
    file.write_all(content)?;
    file.sync_all()?;
    fs::rename(new, folder.join(FILE))?;
    File::open(folder)?.sync_all()
}

fn entry(position: &Position) -> Value {
    let Position { identity, path, place, fingerprint } = position;
    json!({
        "path": path.to_string_lossy(),
        "device": identity.device,
        "number": identity.number,
        "offset": place.offset,
        "line": place.line,
        "in_array": place.in_array,
        "start_length": fingerprint.length,
        "start_digest": fingerprint.digest,
    })
}

fn position(entry: &Value) -> Option<Position> {
    let number = |name: &str| entry[name].as_u64();
    let digest = entry["start_digest"].as_array()?.iter().map(|byte| u8::try_from(byte.as_u64()?).ok());
    Some(Position {
        identity: Identity { device: number("device")?, number: number("number")? },
        path: entry["path"].as_str()?.into(),
        place: Place { offset: number("offset")?, line: number("line")?, in_array: entry["in_array"].as_bool()? },
        fingerprint: Fingerprint {
            length: usize::try_from(number("start_length")?).ok().filter(|length| *length <= 1024)?,
            digest: digest.collect::<Option<Vec<u8>>>()?.try_into().ok()?,
        },
    })
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    #[test]
    fn what_could_not_be_read_again_is_refused_and_leaves_what_was_saved() {
        let state = TempDir::new().unwrap();
        let mut saved = SavedPositions::open(Some(Arc::new(StateDirectory::open(state.path()).unwrap()))).unwrap();
        let position = |number: u64| Position {
            identity: Identity { device: 1, number },
            path: PathBuf::from("x".repeat(4_000)),
            place: Place { offset: 1, line: 1, in_array: false },
            fingerprint: Fingerprint { length: 1, digest: [7; 32] },
        };
        saved.write((0..3).map(|number| Some(position(number)))).unwrap();
        let error = saved.write((0..20_000).map(|number| Some(position(number)))).unwrap_err();
        assert!(error.to_string().contains("20000 files are too many"), "{error}");
        drop(saved);
        let again = SavedPositions::open(Some(Arc::new(StateDirectory::open(state.path()).unwrap()))).unwrap();
        assert_eq!(again.positions().len(), 3);
    }
}
