//! City, country and continent of an address, and where on the globe that is, from a City database.

use std::net::IpAddr;
use std::path::Path;

use audit_event::Place;
use serde::Deserialize;

use super::DatabaseError;
use super::file::{DatabaseFile, FoundRecord, Purpose};
use super::layout::{Named, Number};

/// A database such as `GeoLite2-City`, DB-IP's `City Lite` or IPinfo's, read into memory.
#[derive(Debug)]
pub struct CityDatabase(DatabaseFile);

/// A place and where it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LocatedPlace<'a> {
    /// Its names.
    pub place: Place<'a>,
    /// Where on the globe, if the database tells.
    pub location: Option<Location>,
}

/// A point on the globe.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Location {
    /// Degrees north of the equator.
    pub latitude: f64,
    /// Degrees east of Greenwich.
    pub longitude: f64,
    /// How far off it may be, in kilometres; 0 where the database does not say.
    pub accuracy_km: f64,
}

const PURPOSE: Purpose = Purpose {
    wanted: "cities or countries",
    instead: "a City database, such as GeoLite2-City",
    fits: |record: &FoundRecord<'_>| {
        record
            .decode::<Record<'_>>()
            .is_ok_and(|record| record.is_some_and(|record| record.place() != Place::default()))
    },
};

/// The part of a record that becomes fields. Decoding no more keeps a look-up under a microsecond.
///
/// `city`, `country`, `continent` and `location` are objects of MaxMind and DB-IP; the other keys, and those as texts, are
/// IPinfo's and others'.
#[derive(Deserialize)]
struct Record<'a> {
    #[serde(borrow, default)]
    city: Named<'a>,
    #[serde(borrow, default)]
    country: Named<'a>,
    #[serde(borrow, default)]
    continent: Named<'a>,
    country_code: Option<&'a str>,
    country_name: Option<&'a str>,
    continent_name: Option<&'a str>,
    location: Option<Coordinates>,
    #[serde(default, alias = "lat")]
    latitude: Number,
    #[serde(default, alias = "lng")]
    longitude: Number,
}

#[derive(Deserialize)]
struct Coordinates {
    #[serde(default)]
    latitude: Number,
    #[serde(default)]
    longitude: Number,
    #[serde(default)]
    accuracy_radius: Number,
}

impl<'a> Record<'a> {
    fn place(&self) -> Place<'a> {
        // As a text, `country` is a code in some databases and a name in others; `continent` likewise.
        let is_code = |text: &&str| text.len() == 2;
        let is_name = |text: &&str| text.len() > 2;
        Place {
            city: self.city.name.or(self.city.text),
            country: self.country.name.or(self.country_name).or(self.country.text.filter(is_name)),
            country_iso_code: self.country.code.or(self.country_code).or(self.country.text.filter(is_code)),
            continent: self.continent.name.or(self.continent_name).or(self.continent.text.filter(is_name)),
        }
    }

    fn location(&self) -> Option<Location> {
        let nested = self.location.as_ref();
        let latitude = nested.and_then(|location| location.latitude.0).or(self.latitude.0)?;
        let longitude = nested.and_then(|location| location.longitude.0).or(self.longitude.0)?;
        let accuracy_km = nested.and_then(|location| location.accuracy_radius.0).unwrap_or_default().max(0.0);
        let is_on_the_globe = latitude.abs() <= 90.0 && longitude.abs() <= 180.0;
        is_on_the_globe.then_some(Location { latitude, longitude, accuracy_km })
    }
}

impl CityDatabase {
    /// Opens the database at `path`. A Country database serves too; it knows no cities and no locations.
    pub fn open(path: &Path) -> Result<Self, DatabaseError> {
        DatabaseFile::open(path, &PURPOSE).map(Self)
    }

    /// Where an address is; `None` for an address that is not public, unknown to the database, or damaged in it.
    pub fn place(&self, address: IpAddr) -> Option<LocatedPlace<'_>> {
        let record: Record<'_> = self.0.record(address)?;
        let place = record.place();
        (place != Place::default()).then(|| LocatedPlace { place, location: record.location() })
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use serde_json::json;
    use tempfile::TempDir;

    use super::*;
    use crate::database::test_database::TestDatabase;

    fn database() -> TestDatabase {
        let full = json!({
            "city": {"names": {"en": "Amsterdam", "de": "Amsterdam"}},
            "country": {"iso_code": "NL", "names": {"de": "Niederlande", "en": "Netherlands"}},
            "continent": {"code": "EU", "names": {"en": "Europe"}},
            "location": {"latitude": 52.3, "longitude": 4.9, "accuracy_radius": 20},
        });
        let country_only = json!({"country": {"iso_code": "NL", "names": {"en": "Netherlands"}}});
        TestDatabase::new(
            "GeoLite2-City",
            &[("193.0.0.0/16", full.clone()), ("2001:67c:2e8::/48", full), ("194.0.0.0/16", country_only)],
        )
    }

    #[test]
    fn a_known_address_has_city_country_continent_and_location() {
        let file = database();
        let database = CityDatabase::open(file.path()).unwrap();
        for address in ["193.0.6.139", "2001:67c:2e8::1", "::ffff:193.0.6.139"] {
            let LocatedPlace { place, location } = database.place(address.parse().unwrap()).unwrap();
            assert_eq!(place.city, Some("Amsterdam"), "{address}");
            assert_eq!(place.country, Some("Netherlands"), "{address}");
            assert_eq!(place.country_iso_code, Some("NL"), "{address}");
            assert_eq!(place.continent, Some("Europe"), "{address}");
            assert_eq!(location, Some(Location { latitude: 52.3, longitude: 4.9, accuracy_km: 20.0 }));
        }
    }

    #[test]
    fn flat_layouts_are_read_as_well() {
        let expected = Place {
            city: Some("Amsterdam"),
            country: Some("Netherlands"),
            country_iso_code: Some("NL"),
            continent: Some("Europe"),
        };
        for record in [
            json!({"city": "Amsterdam", "country": "Netherlands", "country_code": "NL", "continent": "Europe",
                   "continent_code": "EU", "latitude": "52.3", "longitude": "4.9"}),
            json!({"city": "Amsterdam", "country": "NL", "country_name": "Netherlands", "continent": "EU",
                   "continent_name": "Europe", "lat": 52.3, "lng": 4.9}),
        ] {
            let file = TestDatabase::new("ipinfo something", &[("193.0.0.0/16", record)]);
            let database = CityDatabase::open(file.path()).unwrap();
            let found = database.place("193.0.6.139".parse().unwrap()).unwrap();
            assert_eq!(found.place, expected);
            assert_eq!(found.location, Some(Location { latitude: 52.3, longitude: 4.9, accuracy_km: 0.0 }));
        }
    }

    #[test]
    fn what_the_record_lacks_is_absent() {
        let file = database();
        let database = CityDatabase::open(file.path()).unwrap();
        let found = database.place("194.0.0.1".parse().unwrap()).unwrap();
        assert_eq!((found.place.city, found.location), (None, None));
        assert_eq!(found.place.country_iso_code, Some("NL"));
    }

    #[test]
    fn a_location_that_is_not_on_the_globe_is_none() {
        let record = json!({"country": "NL", "lat": "91", "lng": "4"});
        let file = TestDatabase::new("x", &[("193.0.0.0/16", record)]);
        let database = CityDatabase::open(file.path()).unwrap();
        assert_eq!(database.place("193.0.6.139".parse().unwrap()).unwrap().location, None);
    }

    #[test]
    fn unknown_and_private_addresses_have_no_place() {
        let file = database();
        let database = CityDatabase::open(file.path()).unwrap();
        assert_eq!(database.place("8.8.8.8".parse().unwrap()), None);
        assert_eq!(database.place("10.0.0.1".parse().unwrap()), None);
    }

    #[test]
    fn a_database_of_another_kind_is_refused_by_name() {
        let record = json!({"autonomous_system_number": 64_500});
        let file = TestDatabase::new("GeoLite2-ASN", &[("193.0.0.0/16", record)]);
        let error = CityDatabase::open(file.path()).unwrap_err().to_string();
        assert!(error.contains("GeoLite2-ASN") && error.contains("download a City database"), "{error}");
    }

    #[test]
    fn a_missing_or_broken_file_is_an_error_that_names_it() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("test.mmdb");
        assert!(matches!(CityDatabase::open(&path), Err(DatabaseError::Unreadable { .. })));
        fs::write(&path, b"not a database").unwrap();
        assert!(matches!(CityDatabase::open(&path), Err(DatabaseError::Broken { .. })));
    }
}
