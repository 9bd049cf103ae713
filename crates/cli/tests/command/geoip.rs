//! A small City database made for one test.

use std::{fs, net::IpAddr, path::Path};

use ipnet::IpNet;
use mmdb_writer::Writer;
use serde_json::json;

/// Writes a City database that places one address in a country.
pub(crate) fn write(path: &Path, address: &str, country: &str) {
    let mut writer = Writer::new("GeoLite2-City");
    let place = json!({"country": {"iso_code": "XX", "names": {"en": country}}, "city": {"names": {"en": "A city"}}});
    writer.insert(IpNet::from(address.parse::<IpAddr>().unwrap()), &place).unwrap();
    fs::write(path, writer.to_bytes().unwrap()).unwrap();
}
