//! The autonomous system of an address, from an ASN database.

use std::net::IpAddr;
use std::path::Path;

use audit_event::Network;
use serde::Deserialize;

use super::DatabaseError;
use super::file::{DatabaseFile, FoundRecord, Purpose};
use super::layout::Number;

/// A database such as `GeoLite2-ASN`, DB-IP's `ASN Lite` or IPinfo's, read into memory.
#[derive(Debug)]
pub struct AsnDatabase(DatabaseFile);

const PURPOSE: Purpose = Purpose {
    wanted: "autonomous systems",
    instead: "an ASN database, such as GeoLite2-ASN",
    fits: |record: &FoundRecord<'_>| {
        record.decode::<Record<'_>>().is_ok_and(|record| record.is_some_and(|record| record.network().asn.is_some()))
    },
};

/// `autonomous_system_*` are MaxMind's and DB-IP's keys, the others IPinfo's.
#[derive(Deserialize)]
struct Record<'a> {
    #[serde(default)]
    autonomous_system_number: Number,
    autonomous_system_organization: Option<&'a str>,
    #[serde(default)]
    asn: Number,
    as_name: Option<&'a str>,
    name: Option<&'a str>,
}

impl<'a> Record<'a> {
    fn network(&self) -> Network<'a> {
        let number = self.autonomous_system_number.0.or(self.asn.0).filter(|number| *number > 0.0);
        Network {
            asn: number.and_then(|number| {
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "positive, and a saturated number is refused below"
                )]
                let asn = number as u32;
                (f64::from(asn) - number).abs().lt(&f64::EPSILON).then_some(asn)
            }),
            organization: [self.autonomous_system_organization, self.as_name, self.name].into_iter().flatten().next(),
        }
    }
}

impl AsnDatabase {
    /// Opens the database at `path`.
    pub fn open(path: &Path) -> Result<Self, DatabaseError> {
        DatabaseFile::open(path, &PURPOSE).map(Self)
    }

    /// Whose network an address is in; `None` for an address that is not public or unknown to the database.
    pub fn network(&self, address: IpAddr) -> Option<Network<'_>> {
        let network = self.0.record::<Record<'_>>(address)?.network();
        (network != Network::default()).then_some(network)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::database::test_database::TestDatabase;

    #[test]
    fn the_system_is_told_in_the_layout_of_each_maker() {
        for record in [
            json!({"autonomous_system_number": 64_500, "autonomous_system_organization": "Example"}),
            json!({"asn": "AS64500", "as_name": "Example", "country": "US"}),
            json!({"asn": "AS64500", "name": "Example", "route": "193.0.0.0/16"}),
        ] {
            let file = TestDatabase::new("some name", &[("193.0.0.0/16", record.clone())]);
            let database = AsnDatabase::open(file.path()).unwrap();
            let network = database.network("193.0.6.139".parse().unwrap());
            assert_eq!(network, Some(Network { asn: Some(64_500), organization: Some("Example") }), "{record}");
            assert_eq!(database.network("8.8.8.8".parse().unwrap()), None);
        }
    }

    #[test]
    fn special_addresses_are_not_looked_up() {
        let record = json!({"autonomous_system_number": 64_500});
        let file = TestDatabase::new("GeoLite2-ASN", &[("10.0.0.0/8", record.clone()), ("9.0.0.0/8", record)]);
        let database = AsnDatabase::open(file.path()).unwrap();
        assert_eq!(database.network("10.0.0.1".parse().unwrap()), None);
        assert!(database.network("9.0.0.1".parse().unwrap()).is_some());
    }

    #[test]
    fn a_database_of_places_is_refused_by_name() {
        let record = json!({"country": {"iso_code": "NL"}});
        let file = TestDatabase::new("GeoLite2-City", &[("193.0.0.0/16", record)]);
        let error = AsnDatabase::open(file.path()).unwrap_err().to_string();
        assert!(error.contains("GeoLite2-City") && error.contains("download an ASN database"), "{error}");
    }
}
