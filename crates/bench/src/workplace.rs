//! Where a measurement keeps its files: on the disk that the products were built on, not in memory.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::failure::Failure;

/// A folder that goes away with it.
#[derive(Debug)]
pub(crate) struct Workplace(TempDir);

impl Workplace {
    /// Beside this program: `/tmp` is in memory on many systems, and a spool there would look faster than it is.
    pub(crate) fn new() -> Result<Self, Failure> {
        let make = || {
            let program = env::current_exe()?;
            let folder = program.parent().unwrap_or_else(|| Path::new("."));
            tempfile::Builder::new().prefix("bench-").tempdir_in(folder)
        };
        make().map(Self).map_err(Failure::system("making a folder for the measurement"))
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> Result<PathBuf, Failure> {
        let path = self.path(name);
        fs::write(&path, content).map_err(Failure::system("writing a file for the measurement"))?;
        Ok(path)
    }
}
