//! Events from files that are being written: a file, the files of a folder or those a pattern matches, with rotation.

mod file;
mod fingerprint;
mod identity;
mod positions;
mod rest;

use std::collections::{HashMap, HashSet, VecDeque};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use self::file::{FollowedFile, Listing, Step};
use self::identity::Identity;
use self::positions::SavedPositions;
use super::error::{FileError, FileProblem};
use super::event::FileEvent;
use super::find;
use crate::regular_file;
use crate::state_directory::StateDirectory;

/// How soon written events are noticed.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// A look at very many files takes its time, and so does saving their positions; no more than this part of all time is spent with
/// either.
const LARGEST_SHARE: u32 = 10;

/// How long a file that was renamed or deleted is still read from: its writer may not have noticed yet.
const LEAVE_AFTER: Duration = Duration::from_secs(10);

/// Open files. Of more files than that, those that were quiet longest are closed and opened again when they grow.
const MAX_OPEN: usize = 256;

const SAVE_EVERY: Duration = Duration::from_secs(1);

/// Saved files that are gone and looked for in compressed copies, at start. Logs are few; what is many are files that are written once.
const MOST_SEARCHES: usize = 100;

/// Followed files.
///
/// An event is handed out as soon as its last bracket is written; a half-written one waits. A file that was renamed, as log
/// rotation does, is read to its end before the new one of its name. Of a file that was cut, as `copytruncate` does, the rest is read in the
/// copy, if there is one, and then the file from its start.
#[derive(Debug)]
pub struct FollowedFiles {
    pattern: PathBuf,
    files: HashMap<Identity, FollowedFile>,
    /// Those with something to read, in their order.
    due: VecDeque<Identity>,
    next_look: Instant,
    saved: SavedPositions,
    next_save: Instant,
    /// What was wrong with the pattern the last time, so that it is told once.
    trouble: Option<String>,
}

impl FollowedFiles {
    /// Follows a file, which need not be there yet, or the files of a folder, or those that a pattern such as
    /// `/var/log/gitlab/*.log` matches. Compressed files are left out: nobody writes on in them.
    ///
    /// With a state directory, reading goes on where it was when the positions were saved last; without one, and in files
    /// that are new, it begins at the start.
    pub fn open(pattern: &Path, state: Option<Arc<StateDirectory>>) -> Result<Self, FileError> {
        let problem = |error| FileError::unreadable(pattern, error);
        let saved = SavedPositions::open(state).map_err(problem)?;
        let now = Instant::now();
        let mut followed = Self {
            pattern: pattern.to_owned(),
            files: HashMap::new(),
            due: VecDeque::new(),
            next_look: now,
            saved,
            next_save: now,
            trouble: None,
        };
        followed.find_renamed();
        Ok(followed)
    }

    /// The next event that is there, or what is wrong; none if nothing is there now.
    pub fn next_event(&mut self) -> Option<Result<FileEvent, FileError>> {
        loop {
            while let Some(identity) = self.due.front() {
                let step = self.files.get_mut(identity).map_or(Step::Gone, FollowedFile::next);
                match step {
                    Step::Event(event) => return Some(Ok(event)),
                    Step::Error(error) => return Some(Err(error)),
                    Step::Nothing => _ = self.due.pop_front(),
                    Step::Gone => {
                        self.files.remove(identity);
                        self.due.pop_front();
                    }
                }
            }
            self.close_quiet_files();
            let now = Instant::now();
            if now < self.next_look {
                return None;
            }
            if let Some(error) = self.look(now) {
                return Some(Err(error));
            }
        }
    }

    /// How long to wait before asking again, when there was nothing.
    pub fn patience(&self) -> Duration {
        self.next_look.saturating_duration_since(Instant::now()).min(LOOK_EVERY)
    }

    /// Saves how far every file has been read, if some time has passed since the last time. Call it when all events that were
    /// handed out are dealt with: they will not be handed out again.
    pub fn save(&mut self) -> Result<(), FileError> {
        if Instant::now() < self.next_save { Ok(()) } else { self.save_now() }
    }

    /// Saves at once.
    pub fn save_now(&mut self) -> Result<(), FileError> {
        let begun = Instant::now();
        let positions = self.files.values().map(FollowedFile::position);
        let written = self.saved.write(positions);
        self.next_save = Instant::now() + SAVE_EVERY.max(begun.elapsed() * LARGEST_SHARE);
        written.map_err(|error| FileError {
            file: self.saved.path().into(),
            line: None,
            problem: FileProblem::Unsaved(error),
        })
    }

    /// Looks which files there are and which of them have something to read.
    fn look(&mut self, now: Instant) -> Option<FileError> {
        let (found, trouble) = match find::followed(&self.pattern) {
            Ok(found) => (found, None),
            Err(error) => (Vec::new(), Some(error)),
        };
        let mut listed = HashSet::new();
        for path in found {
            // What has vanished meanwhile is noticed below.
            let Ok(metadata) = fs::metadata(&path) else { continue };
            if metadata.is_file() {
                let identity = Identity::of(&metadata);
                listed.insert(identity);
                self.noticed(identity, path);
            }
        }
        let mut due: Vec<_> = Vec::new();
        for (identity, file) in &mut self.files {
            let listing = if listed.contains(identity) { Listing::Listed } else { Listing::Left };
            if file.look(listing, now) {
                due.push((listing, file.path(), *identity));
            }
        }
        // Of a renamed file and its successor, the renamed one was written first.
        due.sort_by(|one, other| (one.0, &one.1).cmp(&(other.0, &other.1)));
        self.due = due.into_iter().map(|(_, _, identity)| identity).collect();
        let took = now.elapsed();
        self.next_look = now + LOOK_EVERY.max(took * LARGEST_SHARE);
        self.trouble_to_tell(trouble)
    }

    fn noticed(&mut self, identity: Identity, path: PathBuf) {
        if let Some(file) = self.files.get_mut(&identity) {
            file.is_now_called(&path);
        } else {
            let position = self.saved.take(identity);
            self.files.insert(identity, FollowedFile::new(identity, path.into(), position));
        }
    }

    fn trouble_to_tell(&mut self, trouble: Option<FileError>) -> Option<FileError> {
        let text = trouble.as_ref().map(ToString::to_string);
        let is_new = text.is_some() && text != self.trouble;
        self.trouble = text;
        trouble.filter(|_| is_new)
    }

    /// Finds saved files that were renamed while nobody was looking: their new names may not be followed.
    fn find_renamed(&mut self) {
        let mut folders: HashMap<PathBuf, Vec<(Identity, PathBuf)>> = HashMap::new();
        let mut searches = 0;
        for position in self.saved.positions() {
            let is_of = |path: &Path| fs::metadata(path).is_ok_and(|found| Identity::of(&found) == position.identity);
            let Some(folder) = position.path.parent().filter(|_| !is_of(&position.path)) else { continue };
            let entries = folders.entry(folder.to_owned()).or_insert_with(|| entries(folder));
            // Another file may have been given the number of one that was deleted.
            let fits = |path: &Path| regular_file::open(path).is_ok_and(|file| position.fingerprint.fits(&file));
            let renamed = entries.iter().find(|(identity, path)| *identity == position.identity && fits(path));
            if let Some((identity, path)) = renamed {
                self.noticed(*identity, path.clone());
            } else if searches < MOST_SEARCHES {
                searches += 1;
                self.find_compressed(position.identity);
            }
        }
    }

    /// Finds the rest of a file that was renamed and then compressed.
    fn find_compressed(&mut self, identity: Identity) {
        let Some(position) = self.saved.take(identity) else { return };
        let mut file = FollowedFile::new(identity, position.path.clone().into(), Some(position));
        if file.looks_for_rest() {
            self.files.insert(identity, file);
        }
    }

    fn close_quiet_files(&mut self) {
        let mut open: Vec<_> = self.files.values_mut().filter(|file| file.is_open()).collect();
        if let Some(too_many @ 1..) = open.len().checked_sub(MAX_OPEN) {
            open.sort_by_key(|file| file.last_grown());
            open.iter_mut().take(too_many).for_each(|file| file.close());
        }
    }
}

fn entries(folder: &Path) -> Vec<(Identity, PathBuf)> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter_map(|entry| Some((Identity::of(&entry.metadata().ok()?), entry.path()))).collect()
}
