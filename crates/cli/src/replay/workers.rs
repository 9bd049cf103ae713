//! The threads of a replay. Each takes the next chunk of events and sees it through; chunks are shown to the trackers, and
//! their alerts told, in their order, so that a replay gives the same whatever the number of threads.

use std::{
    num::NonZero,
    sync::{Mutex, PoisonError},
    thread,
};

use enrich::{Arrival, GitlabEvent, SOURCE, SharedEnricher};
use falco_rules::{Alert, Engine, Scratch};
use intake::FileChunk;

use super::{
    in_turn::InTurn,
    results::Results,
    source::{Place, Source},
};
use crate::output::Broken;

/// More would wait for the trackers, which see one event at a time.
const MAX_THREADS: usize = 8;

/// What the threads share.
pub(super) struct Workers {
    pub(super) source: Source,
    pub(super) enricher: SharedEnricher,
    pub(super) engine: Engine,
    pub(super) trackers: InTurn<()>,
    pub(super) results: InTurn<Results>,
    /// Why it ended early, if it did.
    pub(super) broken: Mutex<Option<Broken>>,
}

impl Workers {
    /// Sees all events through, or as many as somebody wants to hear of.
    pub(super) fn run(self) -> (Results, Result<(), Broken>) {
        let threads = thread::available_parallelism().map_or(1, NonZero::get).min(MAX_THREADS);
        thread::scope(|scope| {
            // This thread is the first of them, and enough where the system has no other to give.
            for number in 1..threads {
                let thread = thread::Builder::new().name("replay".to_owned());
                if let Err(cause) = thread.spawn_scoped(scope, || self.work()) {
                    tracing::warn!("the system gives no more threads than {number} ({cause}); the replay takes longer");
                    break;
                }
            }
            self.work();
        });
        let broken = self.broken.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut results = self.results.into_value();
        let result = broken.map_or_else(|| results.outputs.flush(), Err);
        (results, result)
    }

    fn work(&self) {
        let _abandon = AbandonOnPanic(self);
        let (mut chunk, mut scratch) = (FileChunk::default(), Scratch::default());
        while let Some(place) = self.source.read(&mut chunk) {
            let alerts = self.alerts(&chunk, place, &mut scratch);
            match self.results.run(place.turn, |results| results.tell(&chunk, place.ignored, &alerts)) {
                Some(Ok(())) => {}
                Some(Err(broken)) => {
                    *self.broken.lock().unwrap_or_else(PoisonError::into_inner) = Some(broken);
                    return self.abandon();
                }
                None => return,
            }
        }
    }

    /// The alerts of a chunk, each with the number of events before its own.
    fn alerts(&self, chunk: &FileChunk, place: Place, scratch: &mut Scratch) -> Vec<(usize, Alert<'_>)> {
        let arrival = Arrival { received_at: chunk.received_at(), origin: chunk.origin(), instance: None };
        let in_turn = |observe: &mut dyn FnMut()| {
            self.trackers.run(place.turn, |()| observe());
        };
        let (mut alerts, mut events) = (Vec::new(), 0);
        self.enricher.enrich(chunk.events(), arrival, in_turn, |event| {
            if let Ok(read) = event.event() {
                let number = place.events_before + events as u64 + 1;
                let event = GitlabEvent { event: read, number, time: event.time() };
                alerts.extend(self.engine.alerts(SOURCE, &event, scratch).into_iter().map(|alert| (events, alert)));
            }
            events += 1;
        });
        alerts
    }

    fn abandon(&self) {
        self.trackers.abandon();
        self.results.abandon();
    }
}

/// Lets the others end when one panics, so that the panic is seen and nobody waits for ever.
struct AbandonOnPanic<'a>(&'a Workers);

impl Drop for AbandonOnPanic<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.abandon();
        }
    }
}
