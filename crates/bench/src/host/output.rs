//! What a host says on standard error, of which the last part is kept for when it goes wrong.

use std::io::Read;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

const MOST_BYTES: usize = 4096;

/// The end of a text that is still being written.
#[derive(Debug, Clone, Default)]
pub(super) struct LastWords(Arc<Mutex<Vec<u8>>>);

impl LastWords {
    /// Reads until the host closes its standard error: a full pipe would stop the host.
    pub(super) fn of(mut stream: impl Read + Send + 'static) -> Self {
        let words = Self::default();
        let kept = words.clone();
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(length @ 1..) = stream.read(&mut buffer) {
                let mut text = kept.0.lock().unwrap_or_else(PoisonError::into_inner);
                text.extend_from_slice(&buffer[..length]);
                let excess = text.len().saturating_sub(MOST_BYTES);
                text.drain(..excess);
            }
        });
        words
    }

    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap_or_else(PoisonError::into_inner)).trim_end().to_owned()
    }
}
