//! The threads of a replay. Each takes the next chunk of events and sees it through; chunks are shown to the trackers, and
//! their alerts told, in their order, so that a replay gives the same whatever the number of threads.

use std::{
    num::NonZero,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    sync::{Arc, mpsc::sync_channel},
    thread,
};

use enrich::{GitlabEvent, SOURCE, SharedEnricher};
use falco_rules::{Alert, Engine, Scratch};
use intake::FileChunk;

use super::{
    in_turn::InTurn,
    results::Results,
    source::{Place, Source, arrival},
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
}

impl Workers {
    /// Sees all events through, unless nobody wants to hear of them any more.
    ///
    /// Then threads that wait for standard input, perhaps for ever, are left alone; they end with the process.
    pub(super) fn run(self) -> Result<Results, Broken> {
        let wanted = thread::available_parallelism().map_or(1, NonZero::get).min(MAX_THREADS);
        let (workers, mut threads) = (Arc::new(self), Vec::new());
        let (end, ends) = sync_channel(MAX_THREADS);
        for number in 0..wanted {
            let (workers, end) = (Arc::clone(&workers), end.clone());
            // If nobody hears of it, another has ended it all.
            let work = move || _ = end.send(catch_unwind(AssertUnwindSafe(|| workers.work())));
            match thread::Builder::new().name("replay".to_owned()).spawn(work) {
                Ok(thread) => threads.push(thread),
                Err(cause) => {
                    tracing::warn!("the system gives no more threads than {number} ({cause}); the replay takes longer");
                    break;
                }
            }
        }
        if threads.is_empty() {
            workers.work()?;
        }
        drop(end);
        for end in ends {
            // A panic ends everything; what it left half done is not looked at again.
            end.unwrap_or_else(|panic| resume_unwind(panic))?;
        }
        for thread in threads {
            thread.join().unwrap_or_else(|panic| resume_unwind(panic));
        }
        let workers = Arc::into_inner(workers).expect("all threads that shared it have ended");
        let mut results = workers.results.into_value();
        results.outputs.flush()?;
        Ok(results)
    }

    fn work(&self) -> Result<(), Broken> {
        let (mut chunk, mut scratch) = (FileChunk::default(), Scratch::default());
        while let Some(place) = self.source.read(&mut chunk) {
            let alerts = self.alerts(&chunk, place, &mut scratch);
            match self.results.run(place.turn, |results| results.tell(&chunk, place.ignored, &alerts)) {
                Some(Ok(())) => {}
                Some(Err(broken)) => {
                    self.abandon();
                    return Err(broken);
                }
                None => break,
            }
        }
        Ok(())
    }

    /// The alerts of a chunk, each with the number of events before its own.
    fn alerts(&self, chunk: &FileChunk, place: Place, scratch: &mut Scratch) -> Vec<(usize, Alert<'_>)> {
        let in_turn = |observe: &mut dyn FnMut()| {
            self.trackers.run(place.turn, |()| observe());
        };
        let (mut alerts, mut events) = (Vec::new(), 0);
        self.enricher.enrich(chunk.events(), arrival(chunk), in_turn, |event| {
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
