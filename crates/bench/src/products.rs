//! The programs that are measured: built first, so that what is measured is what the sources say.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;

use crate::failure::Failure;

/// Builds `falco-gitlab` and `libgitlab.so` as they are shipped and gives the path of the first.
pub(crate) fn build() -> Result<PathBuf, Failure> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let manifest = repository().join("Cargo.toml");
    let mut command = Command::new(cargo);
    command.args(["build", "--release", "--locked", "-p", "cli", "-p", "plugin", "--manifest-path"]).arg(manifest);
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
