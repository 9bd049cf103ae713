//! What the command says of itself: the catalogue and the rules it ships.
use std::process::Command;

use serde::{Deserialize, de::DeserializeOwned};

/// An event type, as `falco-gitlab events --json` lists it.
#[derive(Debug, Deserialize)]
pub(crate) struct EventType {
    pub(crate) name: String,
    pub(crate) category: String,
    pub(crate) scopes: Vec<String>,
    pub(crate) retired: bool,
    pub(crate) scenarios: Vec<String>,
    /// Names of the rules that look for it.
    pub(crate) rules: Vec<String>,
}

/// A rule, as `falco-gitlab rules list --json` lists it.
#[derive(Debug, Deserialize)]
pub(crate) struct Rule {
    pub(crate) name: String,
    pub(crate) priority: String,
    pub(crate) tags: Vec<String>,
    pub(crate) enabled: bool,
    /// None where it looks at events of any type.
    pub(crate) event_types: Option<Vec<String>>,
}

pub(crate) fn event_types() -> Vec<EventType> {
    listed(&["events", "--json"])
}

pub(crate) fn rules() -> Vec<Rule> {
    listed(&["rules", "list", "--json"])
}

fn listed<T: DeserializeOwned>(arguments: &[&str]) -> T {
    let output = Command::new(env!("CARGO_BIN_EXE_falco-gitlab")).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}
