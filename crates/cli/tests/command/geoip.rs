//! A small City database made for one test.

use std::{fs, net::IpAddr, path::Path};

use ipnet::IpNet;
use mmdb_writer::Writer;
use serde_json::{Value, json};

/// Writes a City database that places one address in a country.
pub(crate) fn write(path: &Path, address: &str, country: &str) {
    let place = json!({"country": {"iso_code": "XX", "names": {"en": country}}, "city": {"names": {"en": "A city"}}});
    write_places(path, &[(address, place)]);
}

/// Writes a City database that places addresses in Berlin and Sydney.
pub(crate) fn write_two_distant(path: &Path, in_berlin: &str, in_sydney: &str) {
    let place = |code: &str, country: &str, latitude: f64, longitude: f64| {
        let location = json!({"latitude": latitude, "longitude": longitude, "accuracy_radius": 10});
        json!({"country": {"iso_code": code, "names": {"en": country}}, "location": location})
    };
    let berlin = place("DE", "Germany", 52.5, 13.4);
    write_places(path, &[(in_berlin, berlin), (in_sydney, place("AU", "Australia", -33.9, 151.2))]);
}

fn write_places(path: &Path, places: &[(&str, Value)]) {
    let mut writer = Writer::new("GeoLite2-City");
    for (address, place) in places {
        writer.insert(IpNet::from(address.parse::<IpAddr>().unwrap()), place).unwrap();
    }
    fs::write(path, writer.to_bytes().unwrap()).unwrap();
}
