//! What it costs to put an event into the queue and to take one out, with so many others waiting.
#![expect(clippy::unwrap_used, reason = "a benchmark fails by panicking")]

use std::time::Duration;

use audit_event::Origin;
use divan::counter::ItemsCount;
use divan::{AllocProfiler, Bencher};
use intake::{BatchLimits, Inbox, InboxSettings, ReceivedEvent, Taken};

#[global_allocator]
static ALLOCATIONS: AllocProfiler = AllocProfiler::system();

const WAITING: [usize; 3] = [1_000, 10_000, 100_000];

fn main() {
    divan::main();
}

#[divan::bench(args = WAITING)]
fn push_and_take_one(bencher: Bencher<'_, '_>, waiting: usize) {
    bench(bencher, waiting, 1);
}

#[divan::bench(args = WAITING)]
fn push_and_take_512(bencher: Bencher<'_, '_>, waiting: usize) {
    bench(bencher, waiting, 512);
}

fn bench(bencher: Bencher<'_, '_>, waiting: usize, events: usize) {
    let inbox = Inbox::start(InboxSettings { max_bytes: 1 << 30, ..InboxSettings::default() }).unwrap();
    // An event that came before would be left out as a repetition, and nothing would ever wait.
    let mut numbers = 0..;
    let mut push = || inbox.push(event(numbers.next().unwrap())).unwrap();
    (0..waiting).for_each(|_| push());
    let mut batch = Vec::with_capacity(events);
    assert_eq!(depth(&inbox), waiting as u64);
    bencher.counter(ItemsCount::new(events)).bench_local(|| {
        (0..events).for_each(|_| push());
        let taken = inbox.take(&mut batch, BatchLimits { events, bytes: usize::MAX }, Duration::ZERO);
        assert!(taken == Taken::Events && batch.len() == events);
        batch.clear();
    });
    assert_eq!(depth(&inbox), waiting as u64);
}

fn depth(inbox: &Inbox) -> u64 {
    inbox.metrics().iter().find(|metric| metric.name == "events_queued").unwrap().value
}

fn event(number: u64) -> ReceivedEvent {
    let json =
        format!(r#"{{"id":{number},"event_type":"project_created","details":{{"custom_message":"Added project"}}}}"#);
    ReceivedEvent { json: json.into(), received_at: 0, origin: Origin::Webhook, instance: None }
}
