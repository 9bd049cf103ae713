//! A running pipeline: started with its source, asked for events by its host, ended by being dropped.

use std::mem;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use audit_event::{Origin, PluginError};
use enrich::{EnrichedEvent, Enricher};
use intake::{AdminServer, BatchLimits, Inbox, PROBLEM_INTERVAL, Problem, ProblemKind, ReceivedEvent, Taken};

use crate::enrichment_metrics::enrichment_metrics;
use crate::incoming::Incoming;
use crate::keeping::{arrival, open_inbox, tell_of_memory};
use crate::silence::{Expected, Silence};
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
    pub fn start(settings: &Settings, source: &Source) -> Result<Self, StartError> {
        let inbox = Arc::new(open_inbox(settings, source)?);
        let admin = settings.admin_address.as_ref().map(|address| AdminServer::start(address, Arc::clone(&inbox)));
        let admin = admin.transpose().map_err(StartError::Admin)?;
        let incoming = Incoming::open(settings, source, &inbox)?;
        let enricher = open_enricher(settings, source, &inbox)?;
        tell_of_memory(settings, source);
        Ok(Self {
            inbox,
            incoming,
            admin,
            silence: settings.max_silence.map(|longest| Silence::new(expected(source), longest, Instant::now())),
            enricher,
            received: Vec::new(),
            log_events: if settings.debug_json { LogEvents::Yes } else { LogEvents::No },
        })
    }

    /// The next events. Returns at once when there are some, and after `wait` when none came. Asking says that those given
    /// before are dealt with: with `StateDir` set, they are not given again after a restart.
    ///
    /// Among them are the events that report our own problems (`gitlab.event_type = pluginerror`), at most one of a kind
    /// in ten seconds.
    pub fn next_batch(&mut self, limits: BatchLimits, wait: Duration) -> Batch {
        let mut received = mem::take(&mut self.received);
        let taken = self.incoming.take(&self.inbox, &mut received, limits, wait);
        self.inbox.delivered(&received);
        let mut events: Vec<EnrichedEvent> = received.drain(..).map(|event| self.enrich(&event)).collect();
        self.received = received;
        // At the end nobody will ask again, so what would be due later is due now.
        let due_at = if taken == Taken::Closed { Instant::now() + PROBLEM_INTERVAL } else { Instant::now() };
        let due = self.inbox.due_problems(due_at);
        events.extend(due.iter().map(|problem| self.report(problem)));
        if let Err(error) = self.enricher.tend(Instant::now()) {
            report_enrichment(&self.inbox, format!("StateDir: {error}"));
        }
        if let Some(silence) = &mut self.silence {
            events.extend(silence.events(&self.inbox.instances(), Instant::now()));
        }
        if self.log_events == LogEvents::Yes {
            events.iter().for_each(log);
        }
        match taken {
            _ if !events.is_empty() => Batch::Events(events),
            Taken::Closed => Batch::End,
            Taken::Events | Taken::Nothing => Batch::Nothing,
        }
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

    fn enrich(&mut self, event: &ReceivedEvent) -> EnrichedEvent {
        let (enriched, indexed) = self.enricher.enrich(&event.json, arrival(event));
        if let Err(error) = indexed {
            self.inbox.report(ProblemKind::MalformedBody, || format!("an event has no fields: {error}"));
        }
        enriched
    }

    fn report(&mut self, problem: &Problem) -> EnrichedEvent {
        let error = PluginError { kind: problem.kind.as_str(), message: &problem.message, count: problem.count };
        self.enricher.report(&error, now(), Origin::Webhook)
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

/// Nanoseconds since the Unix epoch.
pub(crate) fn now() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos());
    u64::try_from(now).unwrap_or(u64::MAX)
}

/// Logs an event for `DebugJSON`.
///
/// A failed sign-in to an unknown account is left out: people type their password into the user name box.
fn log(event: &EnrichedEvent) {
    if event.json.contains("login_failed") && event.json.contains("UnauthenticatedAuthor") {
        tracing::info!("event: (a failed sign-in to an unknown account is not shown; its user name may be a password)");
    } else {
        tracing::info!("event: {}", event.json);
    }
}
