//! Damaged and forged databases: they are refused or tell nothing, in bounded time, and nothing panics.

use std::fs;
use std::net::IpAddr;

use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::json;
use tempfile::TempDir;

use super::test_database::TestDatabase;
use super::{AsnDatabase, CityDatabase};

/// A whole database with records of every kind that is read.
fn database() -> Vec<u8> {
    let record = json!({
        "city": {"names": {"de": "Amsterdam", "en": "Amsterdam"}}, "country": {"iso_code": "NL", "names": {"en": "Netherlands"}},
        "continent": {"code": "EU", "names": {"en": "Europe"}}, "autonomous_system_number": 64_500,
        "location": {"latitude": 52.3, "longitude": 4.9, "accuracy_radius": 20}, "autonomous_system_organization": "Example",
    });
    let flat =
        json!({"city": "Amsterdam", "country": "NL", "lat": "52.3", "lng": "4.9", "asn": "AS64500", "name": "Example"});
    let file = TestDatabase::new("City", &[("193.0.0.0/16", record), ("2a00::/128", flat)]);
    fs::read(file.path()).unwrap()
}

/// Opens it as either kind and looks addresses up.
fn use_it(bytes: &[u8]) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("test.mmdb");
    fs::write(&path, bytes).unwrap();
    let addresses = ["193.0.6.139", "8.8.8.8", "2a00::", "2a00::1", "2001:4860::1"];
    let addresses = addresses.map(|address| address.parse::<IpAddr>().unwrap());
    if let Ok(database) = CityDatabase::open(&path) {
        for address in addresses {
            let _ = database.place(address);
        }
    }
    if let Ok(database) = AsnDatabase::open(&path) {
        for address in addresses {
            let _ = database.network(address);
        }
    }
}

#[test]
fn a_database_cut_short_anywhere_does_no_harm() {
    let whole = database();
    for length in 0..whole.len() {
        use_it(&whole[..length]);
    }
}

/// The bytes with a tree in which both sides of each node lead to the next one, and those of the last one to `end`.
fn with_tree_of_all_paths(mut bytes: Vec<u8>, end: impl Fn(u32) -> u32) -> Vec<u8> {
    let metadata = maxminddb::Reader::from_source(bytes.clone()).unwrap().metadata().clone();
    assert_eq!(metadata.record_size, 24);
    assert!(metadata.node_count > 128);
    for node in 0..metadata.node_count {
        let next = if node < 126 { node + 1 } else { end(metadata.node_count) };
        let place = node as usize * 6;
        bytes[place..place + 3].copy_from_slice(&next.to_be_bytes()[1..]);
        bytes[place + 3..place + 6].copy_from_slice(&next.to_be_bytes()[1..]);
    }
    bytes
}

#[test]
fn a_tree_with_more_paths_than_anybody_can_walk_is_given_up() {
    let whole = database();
    let nowhere = |nodes| nodes;
    use_it(&with_tree_of_all_paths(whole.clone(), nowhere));
    let beyond_the_file = |_| 0x00ff_ffff;
    use_it(&with_tree_of_all_paths(whole.clone(), beyond_the_file));
    let round_again = |_| 0;
    use_it(&with_tree_of_all_paths(whole, round_again));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn a_database_with_wrong_bytes_does_no_harm(changes in prop::collection::vec((any::<Index>(), any::<u8>()), 1..12)) {
        let mut bytes = database();
        let length = bytes.len();
        for (place, byte) in changes {
            bytes[place.index(length)] = byte;
        }
        use_it(&bytes);
    }
}
