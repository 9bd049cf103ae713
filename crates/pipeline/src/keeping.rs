//! Where events wait for the host, as the settings say: in memory, or in a spool on the disk.

use std::sync::Arc;
use std::time::Duration;

use enrich::Arrival;
use intake::{Ignore, Inbox, InboxSettings, ReceivedEvent, SpoolSettings, StateDirectory};

use crate::{Settings, Source, StartError};

/// Opens `StateDir`, if it is set and something of this source is kept there. Files that are read once leave nothing.
pub(crate) fn open_state(settings: &Settings, source: &Source) -> Result<Option<Arc<StateDirectory>>, StartError> {
    match source {
        Source::Webhook(_) | Source::Followed(_) => {
            let state = settings.state_dir.as_deref().map(StateDirectory::open).transpose()?;
            Ok(state.map(Arc::new))
        }
        Source::Files(_) => Ok(None),
    }
}

/// Opens the inbox that events come into.
///
/// Files can be read again, and are read to tell what was in them: they need no spool, and no event in them is left out
/// as a repetition.
pub(crate) fn open_inbox(
    settings: &Settings,
    source: &Source,
    state: Option<&Arc<StateDirectory>>,
) -> Result<Inbox, StartError> {
    let ignored_events = settings.ignored_events.clone();
    let in_memory = InboxSettings {
        max_bytes: settings.max_queue_size,
        deduplication_window: Duration::ZERO,
        ignore: ignored_events
            .map(|ignored| Ignore::new(move |read, received| ignored.contain(read, arrival(received)))),
        spool: None,
    };
    let Source::Webhook(_) = source else { return Ok(Inbox::start(in_memory)?) };
    let inbox = InboxSettings {
        deduplication_window: settings.deduplication_window,
        spool: state
            .map(|state| SpoolSettings { state: Arc::clone(state), max_bytes: settings.spool_max_bytes as u64 }),
        ..in_memory
    };
    Ok(Inbox::start(inbox)?)
}

/// How an event came.
pub(crate) fn arrival(received: &ReceivedEvent) -> Arrival<'_> {
    let ReceivedEvent { received_at, origin, instance, .. } = received;
    Arrival { received_at: *received_at, origin: *origin, instance: instance.as_deref() }
}

/// Says what it means that there is no spool. To be called once the source is open: before, a mistake that stops the start is
/// the one line to read.
pub(crate) fn tell_of_memory(settings: &Settings, source: &Source) {
    if settings.state_dir.is_none() && matches!(source, Source::Webhook(_)) {
        tracing::warn!(
            "StateDir is not set: events wait in memory only, so those not yet looked at are lost when this process ends, \
             and GitLab does not send them again"
        );
    }
}
