//! What enrichment costs: places, all built-in trackers, memory and snapshots.
//!
//! `cargo bench -p enrich`. The largest ones hold a million keys.
#![allow(clippy::unwrap_used, missing_docs, reason = "a benchmark that cannot go on has failed")]
#![allow(clippy::print_stderr, reason = "what a benchmark measured beside time is told there")]

use std::fs;
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use audit_event::Origin;
use divan::{AllocProfiler, Bencher, black_box};
use enrich::{Arrival, CityDatabase, Enricher, EnricherSettings, read_trackers, with_builtin};
use ipnet::IpNet;
use mmdb_writer::Writer;
use serde_json::json;
use tempfile::TempDir;

#[global_allocator]
static ALLOCATOR: AllocProfiler = AllocProfiler::system();

const ARRIVAL: Arrival<'_> =
    Arrival { received_at: 1_770_681_600_000_000_000, origin: Origin::Webhook, instance: Some("prod") };

fn main() {
    divan::main();
}

/// 65,536 networks of 16 addresses each, with full records.
fn city_database(folder: &TempDir) -> PathBuf {
    city_database_of(folder, (0..65_536).map(|n| format!("{}/28", Ipv4Addr::from((193 << 24) + n * 16))))
}

fn city_database_of(folder: &TempDir, networks: impl Iterator<Item = String>) -> PathBuf {
    let mut writer = Writer::new("GeoLite2-City");
    for (n, network) in networks.enumerate() {
        let record = json!({
            "city": {"geoname_id": n, "names": {"en": format!("City {n}"), "de": "Stadt", "fr": "Ville"}},
            "continent": {"code": "EU", "geoname_id": 1, "names": {"de": "Europa", "en": "Europe"}},
            "country": {"geoname_id": 2, "iso_code": "DE", "names": {"de": "Deutschland", "en": "Germany"}},
            "location": {"accuracy_radius": 20, "latitude": 52.5, "longitude": 13.4, "time_zone": "Europe/Berlin"},
            "postal": {"code": "10115"}, "registered_country": {"iso_code": "DE", "names": {"en": "Germany"}},
        });
        writer.insert(network.parse::<IpNet>().unwrap(), &record).unwrap();
    }
    let path = folder.path().join("city.mmdb");
    fs::write(&path, writer.to_bytes().unwrap()).unwrap();
    path
}

/// A mix as GitLab streams it: nearly all of it Git operations and job tokens, of `people` accounts in as many projects. The
/// second one is half as busy as the first, the third one a third, and so on.
#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "any will do")]
fn event(n: u64, people: u64) -> String {
    let random = (n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 11) as f64 / (1u64 << 53) as f64;
    let author = (people as f64).powf(random) as u64;
    let seconds = n / 100 % 60;
    let minutes = n / 6_000 % 60;
    let hours = n / 360_000 % 24;
    let event_type = match n % 200 {
        0 => "authenticated_with_password",
        1 => "login_failed_with_standard_authentication",
        2 => "personal_access_token_created",
        3 => "project_destroyed",
        4..104 => "user_authenticated_using_job_token",
        _ => "repository_git_operation",
    };
    format!(
        r#"{{"id":{n},"author_id":{author},"entity_id":{author},"entity_type":"Project","details":{{"event_name":"{event_type}","author_name":"User {author}","author_class":"User","target_id":{author},"target_type":"Project","target_details":"project-{author}","custom_message":{{"protocol":"ssh","action":"git-upload-pack","verb":"clone"}},"ip_address":"193.{}.{}.7","entity_path":"group/project-{author}"}},"ip_address":"193.{}.{}.7","author_name":"User {author}","entity_path":"group/project-{author}","target_details":"project-{author}","created_at":"2026-02-10T{hours:02}:{minutes:02}:{seconds:02}.000Z","target_type":"Project","target_id":{author},"event_type":"{event_type}"}}"#,
        author / 16 % 16,
        author % 256,
        author / 16 % 16,
        author % 256,
    )
}

fn enricher(settings: &EnricherSettings) -> Enricher {
    Enricher::new(settings, |problem| assert_eq!(problem, "")).unwrap()
}

/// 16 networks of 65,536 addresses each.
fn asn_database(folder: &TempDir) -> PathBuf {
    let mut writer = Writer::new("GeoLite2-ASN");
    for n in 0..16u32 {
        let record = json!({"autonomous_system_number": 64_500 + n, "autonomous_system_organization": "Example"});
        writer.insert(format!("193.{n}.0.0/16").parse::<IpNet>().unwrap(), &record).unwrap();
    }
    let path = folder.path().join("asn.mmdb");
    fs::write(&path, writer.to_bytes().unwrap()).unwrap();
    path
}

fn address_list(folder: &TempDir) -> PathBuf {
    let path = folder.path().join("list.txt");
    let addresses: String = (0..500_000u32).map(|n| Ipv4Addr::from((193 << 24) + n * 2).to_string() + "\n").collect();
    fs::write(&path, addresses).unwrap();
    path
}

/// A look-up alone.
#[divan::bench(sample_size = 1_000)]
fn place_of_an_address(bencher: Bencher<'_, '_>) {
    let folder = TempDir::new().unwrap();
    let database = CityDatabase::open(&city_database(&folder)).unwrap();
    let mut n = 0u32;
    bencher.bench_local(|| {
        n = n.wrapping_add(0x9e37);
        black_box(database.place(Ipv4Addr::from((193 << 24) + n % (1 << 20)).into()));
    });
}

/// Reading a database at the start and when it is replaced.
#[divan::bench(sample_count = 20, sample_size = 1)]
fn opening_a_city_database(bencher: Bencher<'_, '_>) {
    let folder = TempDir::new().unwrap();
    let path = city_database(&folder);
    eprintln!("{} bytes", fs::metadata(&path).unwrap().len());
    bencher.bench_local(|| CityDatabase::open(&path).unwrap());
}

/// The difference to `none` is what places cost an event: the look-up, and what it adds to the event.
#[divan::bench(args = ["none", "city", "city_and_asn", "city_asn_and_a_list_of_500_000"], sample_size = 1_000)]
fn event_with_places(bencher: Bencher<'_, '_>, places: &str) {
    let folder = TempDir::new().unwrap();
    let settings = EnricherSettings {
        city_database: (places != "none").then(|| city_database(&folder)),
        asn_database: places.contains("asn").then(|| asn_database(&folder)),
        address_lists: places
            .contains("list")
            .then(|| ("list".to_owned(), address_list(&folder)))
            .into_iter()
            .collect(),
        ..EnricherSettings::default()
    };
    let mut enricher = enricher(&settings);
    let events: Vec<String> = (0..10_000).map(|n| event(n, 20_000)).collect();
    let mut next = events.iter().cycle();
    bencher.bench_local(|| next.next().map(|event| enricher.enrich(event, ARRIVAL)));
}

/// The difference between the two is what the trackers cost.
#[divan::bench(args = ["without_trackers", "with_all_built_in_trackers"], sample_size = 1_000)]
fn event_with_100_000_live_keys(bencher: Bencher<'_, '_>, trackers: &str) {
    let folder = TempDir::new().unwrap();
    let has_trackers = trackers == "with_all_built_in_trackers";
    let settings = EnricherSettings {
        trackers: if has_trackers { with_builtin(Vec::new()) } else { Vec::new() },
        // A small one: writing a large one leaves memory behind so torn that all that is measured then takes longer.
        city_database: Some(city_database_of(&folder, (0..16).map(|n| format!("193.{n}.0.0/16")))),
        asn_database: Some(asn_database(&folder)),
        ..EnricherSettings::default()
    };
    let mut enricher = enricher(&settings);
    let mut events = (0..).map(|n| event(n, 15_000));
    for event in events.by_ref().take(600_000) {
        let _ = black_box(enricher.enrich(&event, ARRIVAL));
    }
    enricher.tend(Instant::now()).unwrap();
    let keys = enricher.metrics().tracker_keys();
    assert!(keys >= 100_000 || !has_trackers, "{keys} keys");
    // Event time goes on, so that windows end as they do in a stream.
    bencher.with_inputs(|| events.next().unwrap_or_default()).bench_local_refs(|event| enricher.enrich(event, ARRIVAL));
}

/// A tracker of this kind with room for a million keys.
fn million(kind: &str, state_dir: Option<PathBuf>) -> EnricherSettings {
    let mut tracker =
        json!({"Name": "by_account", "Kind": kind, "Window": "24h", "Key": "gitlab.author_id", "MaxKeys": 1_000_000});
    match kind {
        "distinct" | "first_seen" => tracker["Value"] = "gitlab.entity_path".into(),
        "sequence" => tracker["Steps"] = json!(["gitlab.author_id exists", "gitlab.city exists"]),
        "session" => {
            tracker["Start"] = "gitlab.author_id exists".into();
            tracker["End"] = "gitlab.city exists".into();
        }
        _ => {}
    }
    let trackers = read_trackers(&json!([tracker])).unwrap();
    EnricherSettings { trackers, state_dir, ..EnricherSettings::default() }
}

fn filled(settings: &EnricherSettings) -> Enricher {
    let mut enricher = enricher(settings);
    for n in 0..1_000_000u64 {
        let json =
            format!(r#"{{"id":{n},"author_id":{n},"entity_path":"group/app","created_at":"2026-02-10T09:00:00Z"}}"#);
        let _ = black_box(enricher.enrich(&json, ARRIVAL));
    }
    enricher.tend(Instant::now()).unwrap();
    assert_eq!(enricher.metrics().tracker_keys(), 1_000_000);
    enricher
}

/// The greatest size of memory that it reports, in MB, is what a key takes in bytes.
#[divan::bench(args = ["count", "distinct", "first_seen", "sequence", "session"], sample_count = 1, sample_size = 1)]
fn a_million_keys(bencher: Bencher<'_, '_>, kind: &str) {
    bencher.bench_local(|| filled(&million(kind, None)));
}

/// For how long events wait every minute; compression and disk are a thread's own business.
#[divan::bench(sample_count = 3, sample_size = 1)]
fn pause_for_a_snapshot_of_a_million_keys(bencher: Bencher<'_, '_>) {
    let folder = TempDir::new().unwrap();
    let settings = million("count", Some(folder.path().into()));
    bencher.with_inputs(|| filled(&settings)).bench_local_refs(|enricher| {
        enricher.tend(Instant::now() + Duration::from_mins(2)).unwrap();
    });
}

/// The last one, at the end, with all that a snapshot takes.
#[divan::bench(sample_count = 3, sample_size = 1)]
fn snapshot_of_a_million_keys(bencher: Bencher<'_, '_>) {
    let folder = TempDir::new().unwrap();
    let settings = million("count", Some(folder.path().into()));
    bencher.with_inputs(|| filled(&settings)).bench_local_values(drop);
    let size = fs::metadata(folder.path().join("trackers.snapshot")).unwrap().len();
    eprintln!("{size} bytes");
}

#[divan::bench(sample_count = 3, sample_size = 1)]
fn restore_of_a_million_keys(bencher: Bencher<'_, '_>) {
    let folder = TempDir::new().unwrap();
    let settings = million("count", Some(folder.path().into()));
    drop(filled(&settings));
    bencher.bench_local(|| enricher(&settings));
}
