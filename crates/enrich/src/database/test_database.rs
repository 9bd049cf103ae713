//! Small databases for tests.

use std::fs;
use std::path::{Path, PathBuf};

use ipnet::IpNet;
use mmdb_writer::Writer;
use serde_json::Value;
use tempfile::TempDir;

/// A database in a folder of its own.
pub(crate) struct TestDatabase {
    _folder: TempDir,
    path: PathBuf,
}

impl TestDatabase {
    pub(crate) fn new(kind: &str, records: &[(&str, Value)]) -> Self {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("test.mmdb");
        let database = Self { _folder: folder, path };
        database.replace(kind, records);
        database
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// As updaters do: a new file under the same name.
    pub(crate) fn replace(&self, kind: &str, records: &[(&str, Value)]) {
        let mut writer = Writer::new(kind);
        for (network, record) in records {
            writer.insert(network.parse::<IpNet>().unwrap(), record).unwrap();
        }
        let new = self.path.with_extension("new");
        fs::write(&new, writer.to_bytes().unwrap()).unwrap();
        fs::rename(&new, &self.path).unwrap();
    }
}
