//! City, country and continent of an address, from a MaxMind City database.

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::{fs, io};

use audit_event::Place;
use maxminddb::Reader;
use serde::Deserialize;

use crate::is_on_the_internet;

/// A `GeoLite2-City` or `GeoIP2-City` database, read into memory.
///
/// Reading, not mapping: a mapped file that is cut short by the tool that updates it would end the process with SIGBUS,
/// and mapping needs `unsafe`.
pub struct CityDatabase {
    reader: Reader<Vec<u8>>,
}

/// Why a City database cannot be used. Events flow without a place then.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// The file is missing or cannot be read.
    #[error("{}: {cause}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// The file is not a MaxMind database, or a damaged one.
    #[error("{}: not a MaxMind database, or a damaged one ({cause})", path.display())]
    Broken {
        /// The file.
        path: PathBuf,
        /// What the reader found.
        cause: maxminddb::MaxMindDbError,
    },
    /// The file is a MaxMind database that knows no cities, such as an ASN database.
    #[error("{}: a database of kind `{kind}` has no cities; download a City database, such as GeoLite2-City", path.display())]
    WrongKind {
        /// The file.
        path: PathBuf,
        /// The kind that the database says it is.
        kind: String,
    },
}

/// The part of a City record that becomes fields. Decoding no more keeps a look-up under a microsecond.
#[derive(Deserialize)]
struct Record<'a> {
    #[serde(borrow, default)]
    city: Named<'a>,
    #[serde(borrow, default)]
    country: Country<'a>,
    #[serde(borrow, default)]
    continent: Named<'a>,
}

#[derive(Deserialize, Default)]
struct Country<'a> {
    iso_code: Option<&'a str>,
    #[serde(borrow, default)]
    names: Names<'a>,
}

#[derive(Deserialize, Default)]
struct Named<'a> {
    #[serde(borrow, default)]
    names: Names<'a>,
}

#[derive(Deserialize, Default)]
struct Names<'a> {
    en: Option<&'a str>,
}

impl std::fmt::Debug for CityDatabase {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_tuple("CityDatabase").field(&self.reader.metadata().database_type).finish()
    }
}

impl CityDatabase {
    /// Opens the database at `path`.
    pub fn open(path: &Path) -> Result<Self, DatabaseError> {
        let bytes = fs::read(path).map_err(|cause| DatabaseError::Unreadable { path: path.into(), cause })?;
        let reader = Reader::from_source(bytes).map_err(|cause| DatabaseError::Broken { path: path.into(), cause })?;
        let kind = &reader.metadata().database_type;
        if !kind.contains("City") && !kind.contains("Enterprise") {
            return Err(DatabaseError::WrongKind { path: path.into(), kind: kind.clone() });
        }
        Ok(Self { reader })
    }

    /// Where an address is; `None` for an address that is private, unknown to the database, or damaged in it.
    pub fn place(&self, address: IpAddr) -> Option<Place<'_>> {
        if !is_on_the_internet(address) {
            return None;
        }
        let record: Record<'_> = self.reader.lookup(address).ok()?.decode().ok()??;
        let place = Place {
            city: record.city.names.en,
            country: record.country.names.en,
            country_iso_code: record.country.iso_code,
            continent: record.continent.names.en,
        };
        (place != Place::default()).then_some(place)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use ipnet::IpNet;
    use mmdb_writer::Writer;
    use serde_json::json;
    use tempfile::TempDir;

    use super::*;

    fn database(folder: &TempDir, kind: &str) -> PathBuf {
        let mut writer = Writer::new(kind);
        let full = json!({
            "city": {"names": {"en": "Amsterdam", "de": "Amsterdam"}},
            "country": {"iso_code": "NL", "names": {"en": "Netherlands"}},
            "continent": {"code": "EU", "names": {"en": "Europe"}},
        });
        let country_only = json!({"country": {"iso_code": "NL", "names": {"en": "Netherlands"}}});
        writer.insert("193.0.0.0/16".parse::<IpNet>().unwrap(), &full).unwrap();
        writer.insert("2001:67c:2e8::/48".parse::<IpNet>().unwrap(), &full).unwrap();
        writer.insert("194.0.0.0/16".parse::<IpNet>().unwrap(), &country_only).unwrap();
        let path = folder.path().join("test.mmdb");
        fs::write(&path, writer.to_bytes().unwrap()).unwrap();
        path
    }

    #[test]
    fn a_known_address_has_city_country_and_continent() {
        let folder = TempDir::new().unwrap();
        let database = CityDatabase::open(&database(&folder, "GeoLite2-City")).unwrap();
        for address in ["193.0.6.139", "2001:67c:2e8::1", "::ffff:193.0.6.139"] {
            let place = database.place(address.parse().unwrap()).unwrap();
            assert_eq!(place.city, Some("Amsterdam"), "{address}");
            assert_eq!(place.country, Some("Netherlands"), "{address}");
            assert_eq!(place.country_iso_code, Some("NL"), "{address}");
            assert_eq!(place.continent, Some("Europe"), "{address}");
        }
    }

    #[test]
    fn what_the_record_lacks_is_absent() {
        let folder = TempDir::new().unwrap();
        let database = CityDatabase::open(&database(&folder, "GeoLite2-City")).unwrap();
        let place = database.place("194.0.0.1".parse().unwrap()).unwrap();
        assert_eq!(place.city, None);
        assert_eq!(place.country_iso_code, Some("NL"));
    }

    #[test]
    fn unknown_and_private_addresses_have_no_place() {
        let folder = TempDir::new().unwrap();
        let database = CityDatabase::open(&database(&folder, "GeoLite2-City")).unwrap();
        assert_eq!(database.place("8.8.8.8".parse().unwrap()), None);
        assert_eq!(database.place("10.0.0.1".parse().unwrap()), None);
    }

    #[test]
    fn a_database_of_another_kind_is_refused_by_name() {
        let folder = TempDir::new().unwrap();
        let error = CityDatabase::open(&database(&folder, "GeoLite2-ASN")).err().unwrap().to_string();
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
