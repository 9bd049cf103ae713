//! SIGINT and SIGTERM as a wish to stop.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use signal_hook::{
    consts::{SIGINT, SIGTERM},
    flag,
};

/// How long each part of stopping may take: looking at what is queued, and waiting for slow outputs.
pub(crate) const STOPPING: Duration = Duration::from_secs(5);

/// Whether somebody asked this process to stop.
#[derive(Debug, Clone, Default)]
pub(crate) struct StopSignal(Arc<AtomicBool>);

impl StopSignal {
    /// Catches the first SIGINT or SIGTERM; a second one ends the process at once, for those who cannot wait.
    pub(crate) fn install() -> io::Result<Self> {
        let asked = Arc::new(AtomicBool::new(false));
        for signal in [SIGINT, SIGTERM] {
            // In this order: the first signal finds `asked` unset and only sets it.
            flag::register_conditional_shutdown(signal, 1, Arc::clone(&asked))?;
            flag::register(signal, Arc::clone(&asked))?;
        }
        Ok(Self(asked))
    }

    /// Whether the signal has come. Never where it is not caught, as in [`StopSignal::default`].
    pub(crate) fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
