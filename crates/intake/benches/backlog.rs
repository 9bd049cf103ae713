//! What it costs to put an event into the queue and to take one out, with so many others waiting.
#![expect(clippy::unwrap_used, reason = "a benchmark fails by panicking")]

use std::time::Duration;

use audit_event::Origin;
use divan::counter::ItemsCount;
use divan::{AllocProfiler, Bencher};
use intake::{BatchLimits, Inbox, InboxSettings, ReceivedEvent};

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
    (0..waiting).for_each(|_| inbox.push(event()).unwrap());
    let mut batch = Vec::with_capacity(events);
    bencher.counter(ItemsCount::new(events)).bench_local(|| {
        (0..events).for_each(|_| inbox.push(event()).unwrap());
        inbox.take(&mut batch, BatchLimits { events, bytes: usize::MAX }, Duration::ZERO);
        batch.clear();
    });
}

fn event() -> ReceivedEvent {
    let json = r#"{"id":90019,"event_type":"project_created","details":{"custom_message":"Added project"}}"#;
    ReceivedEvent { json: json.into(), received_at: 0, origin: Origin::Webhook, instance: None }
}
