//! Databases in which the addresses of the scenarios lie.

use std::fs;
use std::path::{Path, PathBuf};

use ipnet::IpNet;
use mmdb_writer::Writer;
use serde_json::{Value, json};

/// In Germany, network 1.
pub(crate) const BERLIN: &str = "193.0.0.1";
/// In Japan, network 2.
pub(crate) const TOKYO: &str = "194.0.0.1";
/// In Japan, network 1.
pub(crate) const JAPAN_BY_THE_SAME_NETWORK: &str = "195.0.0.1";
/// In Germany, network 2.
pub(crate) const GERMANY_BY_ANOTHER_NETWORK: &str = "196.0.0.1";
/// Of a network that is not known, as all others of this range.
pub(crate) const NETWORK_UNKNOWN: &str = "198.41.0.4";
/// On a list of addresses, network 3.
pub(crate) const TOR_EXIT: &str = "197.0.0.1";
/// Of a hosting provider, network 4.
pub(crate) const HOSTED: &str = "199.0.0.1";
/// Of another one, network 5.
pub(crate) const HOSTED_BY_ANOTHER: &str = "199.0.0.129";

/// Writes the list `tor_exits`.
pub(crate) fn tor_exits(folder: &Path) -> PathBuf {
    let path = folder.join("tor_exits.txt");
    fs::write(&path, format!("{TOR_EXIT}\n")).unwrap();
    path
}

/// Writes a City and an ASN database.
pub(crate) fn databases(folder: &Path) -> (PathBuf, PathBuf) {
    let place = |code: &str, latitude: f64, longitude: f64| json!({"country": {"iso_code": code}, "location": {"latitude": latitude, "longitude": longitude}});
    let germany = place("DE", 52.5, 13.4);
    let japan = place("JP", 35.7, 139.7);
    let network = |number: u32| json!({"autonomous_system_number": number});
    let networks = [
        "193.0.0.0/16",
        "194.0.0.0/16",
        "195.0.0.0/16",
        "196.0.0.0/16",
        "197.0.0.0/16",
        "199.0.0.0/25",
        "199.0.0.128/25",
    ];
    let write = |name: &str, of: &[Value]| {
        let mut writer = Writer::new(name);
        for (network, record) in networks.into_iter().zip(of) {
            writer.insert(network.parse::<IpNet>().unwrap(), record).unwrap();
        }
        let path = folder.join(name);
        fs::write(&path, writer.to_bytes().unwrap()).unwrap();
        path
    };
    (
        write("city", &[germany.clone(), japan.clone(), japan, germany]),
        write("asn", &[1, 2, 1, 2, 3, 4, 5].map(network)),
    )
}
