//! Databases in MaxMind's format: where an address is, and whose network it is in.
//!
//! A database is read into memory, not mapped: mapping needs `unsafe`, and a mapped file that is cut short by the tool that
//! updates it ends the process with SIGBUS. GeoLite2-City costs about 60 MB so, GeoLite2-ASN about 10 MB.

mod asn;
mod city;
mod error;
mod file;
#[cfg(test)]
mod hostile_tests;
mod layout;
#[cfg(test)]
pub(crate) mod test_database;

pub use asn::AsnDatabase;
pub use city::{CityDatabase, LocatedPlace, Location};
pub use error::DatabaseError;
