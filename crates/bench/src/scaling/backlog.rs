//! What it costs to put an event into the queue and to take one out, with so many others waiting.

use std::hint::black_box;
use std::time::Duration;

use audit_event::Origin;
use intake::{BatchLimits, Inbox, InboxSettings, ReceivedEvent, Taken};
use rustix::time::{ClockId, clock_gettime};

use crate::failure::Failure;

/// What was measured.
#[derive(Debug)]
pub(super) struct Backlog {
    /// Processor time to put one event in and to take one out.
    pub(super) microseconds: f64,
    /// How many events waited before the first round and after the last one.
    pub(super) waiting: [u64; 2],
}

/// So many rounds of one event in and one out.
pub(super) fn measure(waiting: u32, rounds: u32) -> Result<Backlog, Failure> {
    let settings = InboxSettings { max_bytes: 1 << 30, ..InboxSettings::default() };
    let inbox = Inbox::start(settings).map_err(|error| Failure::Queue(error.to_string()))?;
    let refused = |error: intake::Refused| Failure::Queue(error.to_string());
    let mut number = 0;
    // An event that came before would be left out as a repetition, and nothing would ever wait.
    let mut push = || {
        number += 1;
        let json = event(number).into();
        inbox.push(ReceivedEvent { json, received_at: 0, origin: Origin::Webhook, instance: None })
    };
    for _ in 0..waiting {
        push().map_err(refused)?;
    }
    let before = metric(&inbox, "events_queued");
    let one = BatchLimits { events: 1, bytes: usize::MAX };
    let mut batch = Vec::new();
    let start = spent(ClockId::ThreadCPUTime);
    for _ in 0..rounds {
        push().map_err(refused)?;
        let taken = inbox.take(&mut batch, one, Duration::ZERO);
        if taken != Taken::Events || batch.len() != 1 {
            return Err(Failure::Queue(format!("{} events where one was asked for", batch.len())));
        }
        black_box(&batch);
        batch.clear();
    }
    let microseconds =
        spent(ClockId::ThreadCPUTime).saturating_sub(start).as_secs_f64() * 1e6 / f64::from(rounds.max(1));
    let backlog = Backlog { microseconds, waiting: [before, metric(&inbox, "events_queued")] };
    if backlog.waiting != [u64::from(waiting); 2] {
        return Err(Failure::Queue(format!("{:?} events waited instead of {waiting}", backlog.waiting)));
    }
    Ok(backlog)
}

/// A small event that no other repeats.
pub(super) fn event(number: u32) -> String {
    format!(r#"{{"id":{number},"event_type":"project_created","details":{{"custom_message":"Added project"}}}}"#)
}

pub(super) fn metric(inbox: &Inbox, name: &str) -> u64 {
    inbox.metrics().iter().find(|metric| metric.name == name).map_or(0, |metric| metric.value)
}

/// Processor time of this thread or of this process.
pub(super) fn spent(clock: ClockId) -> Duration {
    Duration::try_from(clock_gettime(clock)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_events_wait_all_the_time() {
        let backlog = measure(1_000, 100).unwrap();
        assert_eq!(backlog.waiting, [1_000, 1_000]);
        assert!(backlog.microseconds > 0.0);
    }
}
