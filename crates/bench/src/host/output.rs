//! What a host says on standard error, of which the last part is kept for when it goes wrong.

use std::io::Read;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// Room for the summary of a replay with a line for each rule.
const MOST_BYTES: usize = 64 << 10;

/// Somebody whom the host started may hold its standard error open; that is not waited for for ever.
const LAST_BYTES: Duration = Duration::from_secs(1);

/// The end of a text that is still being written.
#[derive(Debug)]
pub(crate) struct LastWords {
    text: Arc<Mutex<Vec<u8>>>,
    reader: JoinHandle<()>,
}

impl LastWords {
    /// Reads until the host closes its standard error: a full pipe would stop the host.
    pub(crate) fn of(mut stream: impl Read + Send + 'static) -> Self {
        let text = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&text);
        let reader = thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(length @ 1..) = stream.read(&mut buffer) {
                let mut text = kept.lock().unwrap_or_else(PoisonError::into_inner);
                text.extend_from_slice(&buffer[..length]);
                let excess = text.len().saturating_sub(MOST_BYTES);
                text.drain(..excess);
            }
        });
        Self { text, reader }
    }

    /// What was said until now.
    pub(crate) fn so_far(&self) -> String {
        let text = self.text.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&text).trim_end().to_owned()
    }

    /// All that was said, of a host that has ended: its end may be known before its last words.
    pub(crate) fn to_the_end(&self) -> String {
        let deadline = Instant::now() + LAST_BYTES;
        while !self.reader.is_finished() && Instant::now() < deadline {
            thread::park_timeout(Duration::from_millis(1));
        }
        self.so_far()
    }
}
