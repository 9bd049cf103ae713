//! What an event costs: cutting it out of a body, reading it, its fields, adding to it. `cargo bench -p audit-event`
#![expect(clippy::unwrap_used, reason = "a benchmark stops by panicking")]

use audit_event::{Addition, EventIndex, FIELDS, Origin, Place, events, field, with_addition};
use divan::counter::{BytesCount, ItemsCount};
use divan::{AllocProfiler, Bencher, black_box};

#[global_allocator]
static ALLOCATIONS: AllocProfiler = AllocProfiler::system();

/// A setting that changed, and a Git operation, which most of the volume is.
const SAMPLES: [&str; 2] = ["setting", "git"];

/// A sample as GitLab sends it: compact, 650 to 700 bytes.
fn sample(name: &str) -> String {
    let sample = match name {
        "git" => include_str!("../tests/samples/constructed/git_push_19x_flagged.json"),
        _ => include_str!("../tests/samples/real/peer_group_require_two_factor_authentication_updated.json"),
    };
    serde_json::from_str::<serde_json::Value>(sample).unwrap().to_string()
}

const ADDITION: Addition<'static> = Addition {
    instance: Some("prod"),
    place: Some(Place {
        city: Some("Berlin"),
        country: Some("Germany"),
        country_iso_code: Some("DE"),
        continent: Some("Europe"),
    }),
    ..Addition::new(1_770_714_930_301_000_000, Origin::Webhook)
};

fn main() {
    divan::main();
}

#[divan::bench(args = SAMPLES)]
fn cut_a_body_of_one(bencher: Bencher<'_, '_>, name: &str) {
    let body = sample(name);
    bencher.counter(BytesCount::of_str(&body)).bench(|| events(black_box(body.as_bytes())).count());
}

#[divan::bench]
fn cut_a_batch_of_100(bencher: Bencher<'_, '_>) {
    let body = format!("[{}]", vec![sample(SAMPLES[0]); 100].join(","));
    bencher.counter(BytesCount::of_str(&body)).bench(|| events(black_box(body.as_bytes())).count());
}

#[divan::bench(args = SAMPLES)]
fn read_an_event(bencher: Bencher<'_, '_>, name: &str) {
    let event = with_addition(&sample(name), &ADDITION);
    let mut index = EventIndex::default();
    bencher.counter(BytesCount::of_str(&event)).bench_local(|| {
        index.parse(black_box(&event)).unwrap();
    });
}

#[divan::bench(args = ["gitlab.event_type", "gitlab.author_id", "gitlab.op_changed_to", "gitlab.country", "gitlab.ip", "gitlab.token.id"])]
fn one_field(bencher: Bencher<'_, '_>, name: &str) {
    let json = with_addition(&sample(SAMPLES[0]), &ADDITION);
    let mut index = EventIndex::default();
    let event = index.parse(&json).unwrap();
    let field = field(name).unwrap();
    bencher.bench(|| field.extract(black_box(&event), None));
}

#[divan::bench(args = SAMPLES)]
fn all_fields(bencher: Bencher<'_, '_>, name: &str) {
    let json = with_addition(&sample(name), &ADDITION);
    let mut index = EventIndex::default();
    let event = index.parse(&json).unwrap();
    bencher.counter(ItemsCount::new(FIELDS.len())).bench(|| {
        for field in FIELDS {
            black_box(field.extract(black_box(&event), Some("event_name")));
        }
    });
}

#[divan::bench]
fn add_to_an_event(bencher: Bencher<'_, '_>) {
    let event = sample(SAMPLES[0]);
    bencher.bench(|| with_addition(black_box(&event), black_box(&ADDITION)));
}
