//! The rules that come with the plugin.

use std::fs;
use std::path::{Path, PathBuf};

/// The folder that everything is in.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// The shipped rules. The folder also has their tests, which Falco would take for rules, so each file is named.
pub fn rules_files() -> Vec<PathBuf> {
    let entries = fs::read_dir(repository().join("rules")).unwrap();
    let is_rules_file = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy();
        name.ends_with(".yaml") && !name.ends_with("_test.yaml")
    };
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).filter(is_rules_file).collect();
    files.sort();
    files
}
