//! A thread that looks at files every few seconds, so that the host's thread never waits for a disk.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::Watched;
use super::watched::Reloads;

/// How often the files are looked at.
const INTERVAL: Duration = Duration::from_secs(3);

/// Who hears of a broken file.
pub(crate) type Report = Box<dyn Fn(String) + Send>;

/// Looks at files until it is dropped, which ends its thread at once.
pub(crate) struct Watcher {
    stop: Arc<Stop>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Stop {
    stopped: Mutex<bool>,
    changed: Condvar,
}

/// The files to look at.
#[derive(Default)]
pub(crate) struct Files(Vec<(String, Arc<dyn Reloads>)>);

impl Files {
    /// Adds a file; `key` is the configuration key that reports name.
    pub(crate) fn add<T: Send + Sync + 'static>(&mut self, key: String, file: &Arc<Watched<T>>) {
        self.0.push((key, Arc::clone(file) as Arc<dyn Reloads>));
    }
}

impl Watcher {
    /// Starts to look at the files.
    pub(crate) fn start(files: Files, report: Report) -> std::io::Result<Self> {
        Self::start_with(INTERVAL, files, report)
    }

    fn start_with(interval: Duration, files: Files, report: Report) -> std::io::Result<Self> {
        let stop = Arc::new(Stop::default());
        let thread = if files.0.is_empty() {
            None
        } else {
            let stop = Arc::clone(&stop);
            Some(
                thread::Builder::new()
                    .name("gitlab-reload".to_owned())
                    .spawn(move || watch(interval, &files, &report, &stop))?,
            )
        };
        Ok(Self { stop, thread })
    }
}

fn watch(interval: Duration, files: &Files, report: &Report, stop: &Stop) {
    let mut stopped = stop.stopped.lock().unwrap_or_else(PoisonError::into_inner);
    while !*stopped {
        (stopped, _) = stop.changed.wait_timeout(stopped, interval).unwrap_or_else(PoisonError::into_inner);
        if *stopped {
            return;
        }
        drop(stopped);
        for (key, file) in &files.0 {
            if let Err(problem) = file.reload() {
                report(format!("{key}: {problem}; the version before stays in use"));
            }
        }
        stopped = stop.stopped.lock().unwrap_or_else(PoisonError::into_inner);
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        *self.stop.stopped.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.stop.changed.notify_all();
        if let Some(thread) = self.thread.take() {
            // A panic there has nothing to tell here.
            let _ = thread.join();
        }
    }
}

impl std::fmt::Debug for Watcher {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Watcher")
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::mpsc::sync_channel;
    use std::time::Instant;
    use std::{fs, io};

    use tempfile::TempDir;

    use super::*;

    #[test]
    fn a_replaced_file_is_taken_over_and_a_removed_one_is_reported() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("file");
        fs::write(&path, "one").unwrap();
        let (file, _) = Watched::open(path.clone(), |path: &Path| -> io::Result<String> { fs::read_to_string(path) });
        let mut files = Files::default();
        files.add("Key".to_owned(), &file);
        let (send, receive) = sync_channel(8);
        let report: Report = Box::new(move |problem| send.send(problem).unwrap());
        let watcher = Watcher::start_with(Duration::from_millis(5), files, report).unwrap();
        fs::write(&path, "another").unwrap();
        let deadline = Instant::now() + Duration::from_secs(20);
        while file.content().unwrap().as_str() != "another" {
            assert!(Instant::now() < deadline, "the new version is not taken over");
            thread::yield_now();
        }
        fs::remove_file(&path).unwrap();
        let problem = receive.recv_timeout(Duration::from_secs(20)).unwrap();
        assert!(problem.starts_with("Key: ") && problem.ends_with("; the version before stays in use"), "{problem}");
        drop(watcher);
    }
}
