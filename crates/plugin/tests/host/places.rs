//! A GeoIP database made for one test.

use std::fs;
use std::path::{Path, PathBuf};

use ipnet::IpNet;
use mmdb_writer::Writer;
use serde_json::{Value, json};

/// A database that knows autonomous systems and no places.
pub fn asn_database(folder: &Path) -> PathBuf {
    write(
        folder,
        "GeoLite2-ASN",
        &json!({"autonomous_system_number": 64_500, "autonomous_system_organization": "Example"}),
    )
}

/// A database of this kind in which 198.41.0.0/16, the address of the samples, is in Herndon.
pub fn city_database(folder: &Path, kind: &str) -> PathBuf {
    let record = json!({
        "city": {"names": {"en": "Herndon", "de": "Herndon"}},
        "country": {"iso_code": "US", "names": {"en": "United States", "de": "USA"}},
        "continent": {"code": "NA", "names": {"en": "North America"}},
    });
    write(folder, kind, &record)
}

fn write(folder: &Path, kind: &str, record: &Value) -> PathBuf {
    let mut writer = Writer::new(kind);
    writer.insert("198.41.0.0/16".parse::<IpNet>().unwrap(), record).unwrap();
    let path = folder.join("database.mmdb");
    fs::write(&path, writer.to_bytes().unwrap()).unwrap();
    path
}
