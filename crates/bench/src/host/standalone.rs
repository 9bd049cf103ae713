//! `falco-gitlab run` as a host.

use std::ffi::OsString;
use std::path::Path;

use serde_json::json;

use super::setup::Setup;
use crate::failure::Failure;
use crate::workplace::Workplace;

/// The command, and its falco.yaml: JSON is YAML.
pub(super) fn command(program: &Path, setup: &Setup, workplace: &Workplace) -> Result<Vec<OsString>, Failure> {
    let configuration = json!({
        "plugins": [{
            "name": "gitlab",
            "library_path": "libgitlab.so",
            "init_config": setup.settings,
            "open_params": setup.url,
        }],
        "load_plugins": ["gitlab"],
        "rules_files": setup.rules,
        "json_output": true,
    });
    let configuration = workplace.write("falco.yaml", configuration.to_string())?;
    Ok(vec![program.into(), "run".into(), "-c".into(), configuration.into(), "--json".into()])
}
