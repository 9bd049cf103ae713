//! Keeps the sender from outrunning the host: an answer says that an event is safe, not that it was looked at.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use crate::measure::HostMetrics;

/// Bytes of waiting events at which the sender waits. Far below the queue's bound, at which the host lets events go, and
/// enough that the host never waits for the sender.
const MOST_WAITING: u64 = 8 << 20;

/// How often to look. Each look costs the host some of what is measured.
const INTERVAL: Duration = Duration::from_millis(10);

/// Whether the sender has to wait. Looks at the host's metrics until it is dropped.
#[derive(Debug)]
pub(crate) struct Throttle {
    wait: Arc<AtomicBool>,
    over: Arc<AtomicBool>,
}

impl Throttle {
    pub(crate) fn start(admin_address: SocketAddr) -> io::Result<Self> {
        let throttle = Self { wait: Arc::default(), over: Arc::default() };
        let (wait, over) = (Arc::clone(&throttle.wait), Arc::clone(&throttle.over));
        thread::Builder::new().name("throttle".to_owned()).spawn(move || {
            while !over.load(Ordering::Relaxed) {
                // A host that cannot be asked has ended, which the measurement notices elsewhere.
                let waiting =
                    HostMetrics::read(admin_address).map_or(0, |metrics| metrics.get("falco_gitlab_queued_bytes"));
                wait.store(waiting > MOST_WAITING, Ordering::Relaxed);
                thread::park_timeout(INTERVAL);
            }
        })?;
        Ok(throttle)
    }

    pub(super) fn has_to_wait(&self) -> bool {
        self.wait.load(Ordering::Relaxed)
    }
}

impl Drop for Throttle {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
    }
}
