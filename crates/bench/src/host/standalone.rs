//! `falco-gitlab run` as a host.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::failure::Failure;
use crate::workplace::Workplace;

/// The command, and its falco.yaml: JSON is YAML.
pub(super) fn command(
    program: &Path,
    settings: &Value,
    rules: &[PathBuf],
    workplace: &Workplace,
) -> Result<Vec<OsString>, Failure> {
    let configuration = json!({
        "plugins": [{"name": "gitlab", "library_path": "libgitlab.so", "init_config": settings}],
        "load_plugins": ["gitlab"],
        "rules_files": rules,
        "json_output": true,
    });
    let configuration = workplace.write("falco.yaml", configuration.to_string())?;
    Ok(vec![program.into(), "run".into(), "-c".into(), configuration.into(), "--json".into()])
}
