//! A City database in which the company's office and homes have places, all in one country.
use ipnet::IpNet;
use mmdb_writer::Writer;
use serde_json::json;

/// Networks with the city they are in.
const NETWORKS: [(&str, &str, f64, f64); 5] = [
    ("87.140.0.0/16", "Berlin", 52.52, 13.40),
    ("91.10.0.0/16", "Berlin", 52.52, 13.40),
    ("91.11.0.0/16", "Potsdam", 52.40, 13.06),
    ("91.12.0.0/16", "Leipzig", 51.34, 12.37),
    ("91.13.0.0/16", "Hamburg", 53.55, 9.99),
];

pub(crate) fn city_database() -> Vec<u8> {
    let mut writer = Writer::new("GeoLite2-City");
    for (network, city, latitude, longitude) in NETWORKS {
        let place = json!({
            "city": {"names": {"en": city}},
            "country": {"iso_code": "DE", "names": {"en": "Germany"}},
            "continent": {"code": "EU", "names": {"en": "Europe"}},
            "location": {"latitude": latitude, "longitude": longitude, "accuracy_radius": 20},
        });
        writer.insert(network.parse::<IpNet>().unwrap(), &place).unwrap();
    }
    writer.to_bytes().unwrap()
}
