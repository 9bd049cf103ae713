//! A City and an ASN database in which the company's office, its runners and its people's homes have places and providers.
use ipnet::IpNet;
use mmdb_writer::Writer;
use serde_json::json;

/// A network with where it is and who runs it.
struct Place {
    network: &'static str,
    city: &'static str,
    country: (&'static str, &'static str),
    location: (f64, f64),
    provider: (u32, &'static str),
}

const GERMANY: (&str, &str) = ("DE", "Germany");

const PLACES: [Place; 8] = [
    place("87.140.0.0/16", "Berlin", GERMANY, (52.52, 13.40), (3320, "Deutsche Telekom AG")),
    place("91.10.0.0/16", "Berlin", GERMANY, (52.52, 13.40), (3209, "Vodafone GmbH")),
    place("91.11.0.0/16", "Potsdam", GERMANY, (52.40, 13.06), (6805, "Telefonica Germany")),
    place("91.12.0.0/16", "Leipzig", GERMANY, (51.34, 12.37), (8881, "1&1 Versatel Deutschland GmbH")),
    place("91.13.0.0/16", "Hamburg", GERMANY, (53.55, 9.99), (3320, "Deutsche Telekom AG")),
    place("80.187.0.0/16", "Berlin", GERMANY, (52.52, 13.40), (8372, "Mobile network")),
    place("81.33.0.0/16", "Barcelona", ("ES", "Spain"), (41.39, 2.17), (3352, "Telefonica de Espana")),
    place("34.10.0.0/16", "Council Bluffs", ("US", "United States"), (41.26, -95.86), (396_982, "Google LLC")),
];

const fn place(
    network: &'static str,
    city: &'static str,
    country: (&'static str, &'static str),
    location: (f64, f64),
    provider: (u32, &'static str),
) -> Place {
    Place { network, city, country, location, provider }
}

pub(crate) fn city_database() -> Vec<u8> {
    let mut writer = Writer::new("GeoLite2-City");
    for Place { network, city, country: (code, country), location: (latitude, longitude), .. } in PLACES {
        let place = json!({
            "city": {"names": {"en": city}},
            "country": {"iso_code": code, "names": {"en": country}},
            "continent": {"code": "EU", "names": {"en": "Europe"}},
            "location": {"latitude": latitude, "longitude": longitude, "accuracy_radius": 20},
        });
        writer.insert(network.parse::<IpNet>().unwrap(), &place).unwrap();
    }
    writer.to_bytes().unwrap()
}

pub(crate) fn asn_database() -> Vec<u8> {
    let mut writer = Writer::new("GeoLite2-ASN");
    for Place { network, provider: (number, organization), .. } in PLACES {
        let provider = json!({"autonomous_system_number": number, "autonomous_system_organization": organization});
        writer.insert(network.parse::<IpNet>().unwrap(), &provider).unwrap();
    }
    writer.to_bytes().unwrap()
}
