//! A running pipeline: started with its source, asked for events by its host, ended by being dropped.

use std::convert::Infallible;
use std::mem;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use audit_event::{Origin, PluginError};
use enrich::{Arrival, Enriched, Enricher};
use intake::{
    AdminServer, BatchLimits, Inbox, PROBLEM_INTERVAL, Problem, ProblemKind, ReceivedEvent, StateDirectory, Taken,
};

use crate::enrichment_metrics::enrichment_metrics;
use crate::incoming::Incoming;
use crate::keeping::{arrival, open_inbox, open_state, tell_of_memory};
use crate::silence::{Expected, STREAM_SILENT, Silence};
use crate::{Batch, Metrics, Settings, Source, StartError};

/// Events on their way from GitLab to one host.
///
/// Dropping it closes the port, ends every thread and forgets what is queued in memory, so that a host may start another
/// one in the same process at once. What is in the spool stays for that one.
#[derive(Debug)]
pub struct Pipeline {
    inbox: Arc<Inbox>,
    incoming: Incoming,
    /// After the source, so that it can be watched until that has ended.
    admin: Option<AdminServer>,
    silence: Option<Silence>,
    enricher: Enricher,
    /// Dropped last, so that the next process waits for the last snapshot of the trackers and is not overwritten by it.
    _state: Option<Arc<StateDirectory>>,
    /// Kept from batch to batch for its memory.
    received: Vec<ReceivedEvent>,
    log_events: LogEvents,
}

/// Whether `DebugJSON` asks for each event in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LogEvents {
    Yes,
    No,
}

impl Pipeline {
    /// Opens the source. When this returns, the port is open.
    ///
    /// It is the last to be opened: whatever stops the start does so before an event is answered.
    pub fn start(settings: &Settings, source: &Source) -> Result<Self, StartError> {
        // The first to be opened, because others read what is kept there, and the last to be dropped where the start fails.
        let state = open_state(settings, source)?;
        let inbox = Arc::new(open_inbox(settings, source, state.as_ref())?);
        let enricher = open_enricher(settings, source, &inbox)?;
        let admin = settings.admin_address.as_ref().map(|address| AdminServer::start(address, Arc::clone(&inbox)));
        let admin = admin.transpose().map_err(StartError::Admin)?;
        let incoming = Incoming::open(settings, source, &inbox, state.as_ref())?;
        tell_of_memory(settings, source);
        Ok(Self {
            inbox,
            incoming,
            admin,
            silence: settings.max_silence.map(|longest| Silence::new(expected(source), longest, Instant::now())),
            enricher,
            _state: state,
            received: Vec::new(),
            log_events: if settings.debug_json { LogEvents::Yes } else { LogEvents::No },
        })
    }

    /// The next events, each as a text of its own; see [`each_event`](Self::each_event).
    pub fn next_batch(&mut self, limits: BatchLimits, wait: Duration) -> Batch {
        let mut events = Vec::new();
        let collected = self.each_event(limits, wait, &mut |event| {
            events.push(event.into());
            Ok::<(), Infallible>(())
        });
        match collected {
            _ if !events.is_empty() => Batch::Events(events),
            Ok(Taken::Closed) => Batch::End,
            Ok(Taken::Events | Taken::Nothing) => Batch::Nothing,
        }
    }

    /// Lets `look` see the next events, one after another. Returns at once when there are some, and after `wait` when none
    /// came. Asking says that those given before are dealt with: with `StateDir` set, they are not given again after a
    /// restart. When `look` fails, those behind are given up.
    ///
    /// Among them are the events that report our own problems (`gitlab.event_type = pluginerror`), at most one of a kind
    /// in ten seconds.
    pub fn each_event<E>(
        &mut self,
        limits: BatchLimits,
        wait: Duration,
        look: &mut dyn FnMut(&Enriched<'_>) -> Result<(), E>,
    ) -> Result<Taken, E> {
        let mut received = mem::take(&mut self.received);
        let taken = self.incoming.take(&self.inbox, &mut received, limits, wait);
        self.inbox.delivered(&received);
        let result = self.show(&received, taken, look);
        received.clear();
        self.received = received;
        result
    }

    fn show<E>(
        &mut self,
        received: &[ReceivedEvent],
        taken: Taken,
        look: &mut dyn FnMut(&Enriched<'_>) -> Result<(), E>,
    ) -> Result<Taken, E> {
        let Self { inbox, enricher, silence, log_events, .. } = self;
        let mut outcome = taken;
        let mut see = |event: &Enriched<'_>| {
            outcome = Taken::Events;
            if let Err(error) = event.event() {
                inbox.report(ProblemKind::MalformedBody, || format!("an event has no fields: {error}"));
            }
            if *log_events == LogEvents::Yes {
                log(event);
            }
            look(event)
        };
        for event in received {
            enricher.enrich_for(&event.json, arrival(event), &mut see)?;
        }
        // At the end nobody will ask again, so what would be due later is due now.
        let due_at = if taken == Taken::Closed { Instant::now() + PROBLEM_INTERVAL } else { Instant::now() };
        for Problem { kind, message, count } in inbox.due_problems(due_at) {
            let problem = PluginError { kind: kind.as_str(), message: &message, count };
            enricher.report_for(&problem, here_and_now(), &mut see)?;
        }
        if let Err(error) = enricher.tend(Instant::now()) {
            report_enrichment(inbox, format!("StateDir: {error}"));
        }
        if let Some(silence) = silence {
            for silent in silence.due(&inbox.instances(), Instant::now()) {
                let message = silence.message(&silent);
                tracing::warn!("{message}");
                let problem = PluginError { kind: STREAM_SILENT, message: &message, count: silent.count };
                let arrival = Arrival { instance: silent.instance.as_deref(), ..here_and_now() };
                enricher.report_for(&problem, arrival, &mut see)?;
            }
        }
        Ok(outcome)
    }

    /// Closes the port; [`next_batch`](Self::next_batch) gives what is queued and then [`Batch::End`].
    ///
    /// Waits for requests that are being read, a few seconds at most.
    pub fn stop_receiving(&mut self) {
        self.incoming.stop();
        self.inbox.close();
    }

    /// The address that is listened on, with the port the system chose where the URL said 0; none where files are read.
    pub const fn local_address(&self) -> Option<SocketAddr> {
        self.incoming.local_address()
    }

    /// The address that health and metrics are served on, if they are.
    pub fn admin_address(&self) -> Option<SocketAddr> {
        self.admin.as_ref().map(AdminServer::local_address)
    }

    /// What the pipeline counts.
    pub fn metrics(&self) -> Metrics {
        Metrics::new(&self.inbox)
    }
}

const fn expected(source: &Source) -> Expected {
    match source {
        Source::Webhook(_) => Expected::WithTokens,
        Source::Files(_) | Source::Followed(_) => Expected::InFiles,
    }
}

/// The enricher. A database, a list or a state that cannot be used is said so and left out: an event without a place is
/// better than no event.
fn open_enricher(settings: &Settings, source: &Source, inbox: &Arc<Inbox>) -> Result<Enricher, StartError> {
    let enricher = match source {
        Source::Webhook(_) | Source::Followed(_) => settings.enricher(),
        Source::Files(_) => settings.enricher_of_files(),
    };
    let reported_to = Arc::clone(inbox);
    let enricher = Enricher::new(&enricher, move |problem| report_enrichment(&reported_to, problem))?;
    let counted = Arc::clone(enricher.metrics());
    inbox.count_also(move || enrichment_metrics(&counted));
    Ok(enricher)
}

fn report_enrichment(inbox: &Inbox, problem: String) {
    tracing::warn!("{problem}");
    inbox.report(ProblemKind::Enrichment, || problem);
}

/// How an event of our own comes.
fn here_and_now() -> Arrival<'static> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos());
    Arrival { received_at: u64::try_from(now).unwrap_or(u64::MAX), origin: Origin::Webhook, instance: None }
}

/// Logs an event for `DebugJSON`.
///
/// A failed sign-in to an unknown account is left out: people type their password into the user name box.
fn log(event: &Enriched<'_>) {
    let json = event.json();
    if json.contains("login_failed") && json.contains("UnauthenticatedAuthor") {
        tracing::info!("event: (a failed sign-in to an unknown account is not shown; its user name may be a password)");
    } else {
        tracing::info!("event: {json}");
    }
}
