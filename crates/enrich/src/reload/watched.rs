//! The content of one file, newest good version.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::stamp::Stamp;

/// What reads a file.
type Read<T> = Box<dyn Fn(&Path) -> Result<T, Box<dyn Error + Send + Sync>> + Send + Sync>;

/// The content of a file and how to read it anew.
pub(crate) struct Watched<T> {
    path: PathBuf,
    read: Read<T>,
    /// The version that was read last, good or broken, so that a broken one is reported once.
    stamp: Mutex<Stamp>,
    content: Mutex<Option<Arc<T>>>,
}

/// A file that can be looked at for a new version.
pub(super) trait Reloads: Send + Sync {
    /// Takes a new version over; an error says why it could not be, and that the one before stays.
    fn reload(&self) -> Result<(), String>;
}

impl<T: Send + Sync + 'static> Watched<T> {
    /// Reads the file for the first time; an error is given back beside the empty content.
    pub(crate) fn open<E: Error + Send + Sync + 'static>(
        path: PathBuf,
        read: impl Fn(&Path) -> Result<T, E> + Send + Sync + 'static,
    ) -> (Arc<Self>, Result<(), E>) {
        let stamp = Stamp::of(&path);
        let (content, result) = match read(&path) {
            Ok(content) => (Some(Arc::new(content)), Ok(())),
            Err(error) => (None, Err(error)),
        };
        let read: Read<T> = Box::new(move |path| read(path).map_err(Into::into));
        (Arc::new(Self { path, read, stamp: Mutex::new(stamp), content: Mutex::new(content) }), result)
    }

    /// The content now; none where there never was a good one.
    pub(crate) fn content(&self) -> Option<Arc<T>> {
        self.content.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl<T: Send + Sync + 'static> Reloads for Watched<T> {
    fn reload(&self) -> Result<(), String> {
        let stamp = Stamp::of(&self.path);
        let mut last = self.stamp.lock().unwrap_or_else(PoisonError::into_inner);
        if *last == stamp {
            return Ok(());
        }
        *last = stamp;
        // Read outside the lock of the content: whoever needs it goes on with the one before.
        let content = (self.read)(&self.path).map_err(|error| error.to_string())?;
        *self.content.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(content));
        Ok(())
    }
}

impl<T> std::fmt::Debug for Watched<T> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Watched").field("path", &self.path).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, io};

    use tempfile::TempDir;

    use super::*;

    fn text(path: &Path) -> io::Result<String> {
        let text = fs::read_to_string(path)?;
        if text == "broken" { Err(io::Error::other("broken")) } else { Ok(text) }
    }

    fn replace(path: &Path, text: &str) {
        let new = path.with_extension("new");
        fs::write(&new, text).unwrap();
        fs::rename(&new, path).unwrap();
    }

    #[test]
    fn a_new_version_is_taken_over() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("file");
        fs::write(&path, "one").unwrap();
        let (watched, result) = Watched::open(path.clone(), text);
        result.unwrap();
        let before = watched.content().unwrap();
        replace(&path, "two");
        watched.reload().unwrap();
        assert_eq!((before.as_str(), watched.content().unwrap().as_str()), ("one", "two"));
    }

    #[test]
    fn a_broken_version_is_reported_once_and_the_one_before_stays() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("file");
        fs::write(&path, "one").unwrap();
        let (watched, _) = Watched::open(path.clone(), text);
        replace(&path, "broken");
        assert_eq!(watched.reload(), Err("broken".to_owned()));
        assert_eq!(watched.reload(), Ok(()));
        assert_eq!(watched.content().unwrap().as_str(), "one");
        fs::remove_file(&path).unwrap();
        assert!(watched.reload().is_err());
        assert_eq!(watched.content().unwrap().as_str(), "one");
    }

    #[test]
    fn a_file_that_was_missing_at_start_is_read_when_it_comes() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("file");
        let (watched, result) = Watched::open(path.clone(), text);
        assert!(result.is_err() && watched.content().is_none());
        fs::write(&path, "late").unwrap();
        watched.reload().unwrap();
        assert_eq!(watched.content().unwrap().as_str(), "late");
    }
}
