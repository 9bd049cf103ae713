//! What Falco pays for fields, through the C interface: it asks for one field at a time, again for each rule.
#![expect(clippy::unwrap_used, reason = "a benchmark stops by panicking")]

#[path = "../tests/host/linked.rs"]
mod linked;

use std::ffi::CStr;
use std::hint::black_box;

use audit_event::FieldArgument;
use divan::counter::ItemsCount;
use divan::{AllocProfiler, Bencher};

use self::linked::LinkedHost;

#[global_allocator]
static ALLOCATIONS: AllocProfiler = AllocProfiler::system();

const EVENT: &str = include_str!("../../audit-event/tests/samples/constructed/git_push_19x_flagged.json");

/// A text that many rules ask for, one from `details`, one that is an object there, one that is absent.
const FIELDS: [(&str, Option<&CStr>); 4] = [
    ("gitlab.event_type", None),
    ("gitlab.details", Some(c"target_type")),
    ("gitlab.custom_message", None),
    ("gitlab.country", None),
];

fn main() {
    divan::main();
}

/// The event is read for it.
#[divan::bench]
fn first_field_of_a_new_event(bencher: Bencher<'_, '_>) {
    let mut host = LinkedHost::new(EVENT);
    let entity_type = host.field("gitlab.entity_type");
    bencher.counter(ItemsCount::new(1_usize)).bench_local(move || {
        host.next_event();
        black_box(host.extract(entity_type, None));
    });
}

/// With the first, which is in every sample: the benchmark above says how much that is.
#[divan::bench(args = audit_event::FIELDS.iter().map(|field| field.name))]
fn first_field_and_one_more(bencher: Bencher<'_, '_>, name: &str) {
    let key = match audit_event::field(name).unwrap().argument {
        FieldArgument::None => None,
        FieldArgument::RequiredKey => Some(c"target_type"),
        // No tracker has found anything about this event, as about most.
        FieldArgument::Tracker => Some(c"none"),
    };
    let mut host = LinkedHost::new(EVENT);
    let (first, field) = (host.field("gitlab.entity_type"), host.field(name));
    bencher.counter(ItemsCount::new(1_usize)).bench_local(move || {
        host.next_event();
        black_box(host.extract(first, None));
        black_box(host.ask(field, key));
    });
}

/// As for 100 rules that all ask for the type. Items are fields.
#[divan::bench]
fn the_same_field_100_times(bencher: Bencher<'_, '_>) {
    let host = LinkedHost::new(EVENT);
    let event_type = host.field("gitlab.event_type");
    bencher.counter(ItemsCount::new(100_usize)).bench_local(move || {
        for _ in 0..100 {
            black_box(host.extract(event_type, None));
        }
    });
}

/// As for 25 rules that ask for four fields each. Items are fields.
#[divan::bench]
fn four_fields_of_a_new_event_25_times(bencher: Bencher<'_, '_>) {
    let mut host = LinkedHost::new(EVENT);
    let fields = FIELDS.map(|(name, key)| (host.field(name), key));
    bencher.counter(ItemsCount::new(100_usize)).bench_local(move || {
        host.next_event();
        for _ in 0..25 {
            for (field, key) in fields {
                black_box(host.extract(field, key));
            }
        }
    });
}
