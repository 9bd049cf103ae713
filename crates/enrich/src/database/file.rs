//! A file in MaxMind's format, and whether it tells what it is wanted for.

use std::fs;
use std::net::IpAddr;
use std::path::Path;

use audit_event::AddressClass;
use maxminddb::{LookupResult, Reader, WithinOptions};
use serde::Deserialize;

use super::DatabaseError;

/// How many networks are looked at to learn what a database tells. A kind is not known by its name, because makers name
/// theirs as they like.
const SAMPLED_NETWORKS: usize = 100_000;

/// A record found in a database.
pub(super) type FoundRecord<'a> = LookupResult<'a, Vec<u8>>;

/// A database in memory.
pub(super) struct DatabaseFile(Reader<Vec<u8>>);

/// What a database is wanted for.
pub(super) struct Purpose {
    /// What its records must have, for messages.
    pub(super) wanted: &'static str,
    /// What to download.
    pub(super) instead: &'static str,
    /// Whether a record has it.
    pub(super) fits: fn(&FoundRecord<'_>) -> bool,
}

impl DatabaseFile {
    /// Opens the database and makes sure that it serves the purpose.
    pub(super) fn open(path: &Path, purpose: &Purpose) -> Result<Self, DatabaseError> {
        let bytes = fs::read(path).map_err(|cause| DatabaseError::Unreadable { path: path.into(), cause })?;
        let broken = |cause| DatabaseError::Broken { path: path.into(), cause };
        let reader = Reader::from_source(bytes).map_err(broken)?;
        // Those without a record count too: a damaged tree can have more of them than anybody can walk past.
        let options = WithinOptions::default().include_networks_without_data().include_aliased_networks();
        for record in reader.networks(options).map_err(broken)?.take(SAMPLED_NETWORKS) {
            if (purpose.fits)(&record.map_err(broken)?) {
                return Ok(Self(reader));
            }
        }
        let kind = reader.metadata().database_type.clone();
        Err(DatabaseError::WrongKind { path: path.into(), kind, lacks: purpose.wanted, instead: purpose.instead })
    }

    /// The record of an address; none where there is none or a damaged one, or for an address that is not public.
    pub(super) fn record<'a, R: Deserialize<'a>>(&'a self, address: IpAddr) -> Option<R> {
        // A rule about unknown countries must not fire for somebody in the office network.
        if AddressClass::of(address) != AddressClass::Public {
            return None;
        }
        self.0.lookup(address).ok()?.decode().ok()?
    }
}

impl std::fmt::Debug for DatabaseFile {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_tuple("DatabaseFile").field(&self.0.metadata().database_type).finish()
    }
}
