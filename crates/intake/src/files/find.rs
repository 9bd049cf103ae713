//! Which files to read: the given ones, all of a folder, standard input.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use walkdir::WalkDir;

use super::error::FileError;
use super::events::FileEvents;

/// The files to read, in their order.
#[derive(Debug)]
pub struct InputFiles {
    inputs: Vec<Input>,
    total_bytes: Option<u64>,
}

#[derive(Debug)]
pub(super) enum Input {
    Stdin,
    File(Arc<Path>),
    /// A part of a folder that could not be looked into; told when its turn comes, so that the rest is read.
    Unreadable(FileError),
}

impl InputFiles {
    /// Takes each path as it is given: a file whatever its name, `-` as standard input, a pattern with `*`, `?` or `[…]` as
    /// what it matches (`**` is any folders), a folder as all files below it, sorted by name, that are called `.json`, `.ndjson`, `.jsonl` or `.log`, also rotated (`.log.1`) and compressed
    /// (`.gz`, `.zst`).
    ///
    /// Fails on a given path that does not exist, and on a pattern that matches nothing; trouble deeper in a folder comes out with the events.
    pub fn find<P: AsRef<Path>>(paths: impl IntoIterator<Item = P>) -> Result<Self, FileError> {
        let mut files = Self { inputs: Vec::new(), total_bytes: Some(0) };
        for path in paths {
            let path = path.as_ref();
            if path == Path::new("-") {
                files.inputs.push(Input::Stdin);
                files.total_bytes = None;
                continue;
            }
            for path in matching(path)? {
                let metadata = fs::metadata(&path).map_err(|error| FileError::unreadable(path.as_path(), error))?;
                if metadata.is_dir() {
                    files.add_folder(&path);
                } else {
                    files.add_file(&path, &metadata);
                }
            }
        }
        Ok(files)
    }

    /// The number of files.
    pub const fn len(&self) -> usize {
        self.inputs.len()
    }

    /// Whether there is nothing to read, for example because no file of a folder has one of the names looked for.
    pub const fn is_empty(&self) -> bool {
        self.inputs.is_empty()
    }

    /// The size of all files on the disk, in bytes; none if standard input or a pipe is among them.
    pub const fn total_bytes(&self) -> Option<u64> {
        self.total_bytes
    }

    /// The events of all files, one after another.
    pub fn events(self) -> FileEvents {
        FileEvents::new(self.inputs)
    }

    fn add_folder(&mut self, folder: &Path) {
        for entry in WalkDir::new(folder).follow_links(true).sort_by_file_name() {
            let found = entry.and_then(|entry| entry.metadata().map(|metadata| (entry, metadata)));
            match found {
                Ok((entry, metadata)) if metadata.is_file() && holds_events(entry.path()) => {
                    self.add_file(entry.path(), &metadata);
                }
                Ok(_) => {}
                Err(error) => {
                    let path = error.path().unwrap_or(folder).to_owned();
                    self.inputs.push(Input::Unreadable(FileError::unreadable(path, error.into())));
                }
            }
        }
    }

    fn add_file(&mut self, path: &Path, metadata: &fs::Metadata) {
        self.inputs.push(Input::File(path.into()));
        self.total_bytes = self.total_bytes.filter(|_| metadata.is_file()).map(|total| total + metadata.len());
    }
}

/// The files to follow: like [`InputFiles::find`], without those that are compressed.
pub(super) fn followed(pattern: &Path) -> Result<Vec<PathBuf>, FileError> {
    let mut found = Vec::new();
    for path in matching(pattern)? {
        let metadata = fs::metadata(&path).map_err(|error| FileError::unreadable(path.as_path(), error))?;
        if !metadata.is_dir() {
            if path == pattern && !metadata.is_file() {
                let problem = "only files and folders can be followed; read a pipe as standard input";
                return Err(FileError::unreadable(path, io::Error::new(io::ErrorKind::InvalidInput, problem)));
            }
            found.push(path);
            continue;
        }
        let below = WalkDir::new(&path).follow_links(true).sort_by_file_name().into_iter().flatten();
        found.extend(below.map(walkdir::DirEntry::into_path).filter(|path| holds_events(path)));
    }
    found.retain(|path| !path.extension().is_some_and(|ending| ending == "gz" || ending == "zst"));
    Ok(found)
}

/// What a path with `*`, `?` or `[…]` matches, sorted by name. A path that is there is taken as it is, whatever its name.
fn matching(path: &Path) -> Result<Vec<PathBuf>, FileError> {
    let pattern = match path.to_str() {
        Some(pattern) if pattern.contains(['*', '?', '[']) && !path.exists() => pattern,
        _ => return Ok(vec![path.to_owned()]),
    };
    let invalid =
        |error: glob::PatternError| FileError::unreadable(path, io::Error::new(io::ErrorKind::InvalidInput, error));
    let options = glob::MatchOptions { require_literal_leading_dot: true, ..glob::MatchOptions::new() };
    let found: Vec<_> = glob::glob_with(pattern, options).map_err(invalid)?.flatten().collect();
    if found.is_empty() {
        return Err(FileError::unreadable(
            path,
            io::Error::new(io::ErrorKind::NotFound, "no file matches this pattern"),
        ));
    }
    Ok(found)
}

/// Whether a file in a folder is one to read, by its name: `x.json`, `x.ndjson.zst`, `audit_json.log.2.gz`.
fn holds_events(path: &Path) -> bool {
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else { return false };
    let name = name.to_ascii_lowercase();
    let name = name.strip_suffix(".gz").or_else(|| name.strip_suffix(".zst")).unwrap_or(&name);
    let is_rotation = |suffix: &str| !suffix.is_empty() && suffix.bytes().all(|byte| byte.is_ascii_digit());
    let name = name.rsplit_once('.').filter(|(_, suffix)| is_rotation(suffix)).map_or(name, |(name, _)| name);
    [".json", ".ndjson", ".jsonl", ".log"].iter().any(|ending| name.ends_with(ending))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_a_folder_are_chosen_by_name() {
        for name in ["a.json", "b.NDJSON", "c.jsonl.gz", "d.log.zst", "audit_json.log.1", "audit_json.log.12.gz"] {
            assert!(holds_events(Path::new(name)), "{name}");
        }
        for name in ["README.md", "json", "a.json.bak", "a.gz", "a.json.", "a.log.", "a.tar.gz", "1", ".gz"] {
            assert!(!holds_events(Path::new(name)), "{name}");
        }
    }
}
