//! Requests or connections that are running, and when none is any more.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

/// How many are running.
#[derive(Debug, Clone)]
pub(super) struct Running(Arc<watch::Sender<usize>>);

/// One of them, until it is dropped.
#[derive(Debug)]
pub(super) struct RunningOne(Arc<watch::Sender<usize>>);

impl Running {
    pub(super) fn none() -> Self {
        Self(Arc::new(watch::Sender::new(0)))
    }

    pub(super) fn begin(&self) -> RunningOne {
        self.0.send_modify(|running| *running += 1);
        RunningOne(Arc::clone(&self.0))
    }

    /// Returns when none is running.
    pub(super) async fn ended(&self) {
        // The sender lives as long as `self`, so this does not fail.
        _ = self.0.subscribe().wait_for(|running| *running == 0).await;
    }

    /// Returns when none has been running, and none has begun, for `patience`.
    pub(super) async fn idle(&self, patience: Duration) {
        let mut running = self.0.subscribe();
        // The sender lives as long as `self`, so neither wait fails.
        while running.wait_for(|running| *running == 0).await.is_ok() {
            if tokio::time::timeout(patience, running.changed()).await.is_err() {
                return;
            }
        }
    }
}

impl Drop for RunningOne {
    fn drop(&mut self) {
        self.0.send_modify(|running| *running -= 1);
    }
}
