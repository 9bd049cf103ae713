//! The program that is measured: built first, so that what is measured is what the sources say. The plugin is linked into this
//! one, from the same sources.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;

use crate::failure::Failure;

/// Builds `falco-gitlab` as it is shipped and gives its path.
pub(crate) fn build() -> Result<PathBuf, Failure> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let manifest = repository().join("Cargo.toml");
    let mut command = Command::new(cargo);
    command.args(["build", "--release", "--locked", "-p", "cli", "--manifest-path"]).arg(manifest);
    let status = command.status().map_err(Failure::system("running cargo"))?;
    if !status.success() {
        return Err(Failure::Build { command: format!("{command:?}"), status: status.to_string() });
    }
    Ok(target().join("release/falco-gitlab"))
}

/// The repository that this program was built from.
pub(crate) fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| repository().join("target"), PathBuf::from)
}
