//! Replays both weeks with the command, and counts the alerts of the second one.
use std::{collections::HashMap, fs, path::Path, process::Command};

use jiff::Timestamp;
use serde_json::Value;
use tempfile::TempDir;

use crate::{
    places,
    week::{COUNTED_FROM, Week},
};

/// The alerts of one rule.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Alerts {
    pub(crate) rule: String,
    pub(crate) priority: String,
    pub(crate) count: usize,
}

impl Alerts {
    pub(crate) fn is_above_notice(&self) -> bool {
        !matches!(self.priority.as_str(), "Notice" | "Informational" | "Debug")
    }
}

/// The alerts of each rule that fires in the week that counts, most first.
pub(crate) fn alerts(week: &Week) -> Vec<Alerts> {
    let folder = TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    fs::write(path("week.ndjson"), week.lines()).unwrap();
    fs::write(path("city.mmdb"), places::city_database()).unwrap();
    fs::write(path("asn.mmdb"), places::asn_database()).unwrap();
    fs::write(path("own.txt"), OWN_NETWORKS).unwrap();
    fs::write(path("falco.yaml"), falco_yaml(&path)).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_falco-gitlab"))
        .args(["replay", "--json", "--config", &path("falco.yaml"), &path("week.ndjson")])
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{said}");
    assert!(
        said.contains(&format!("{} events in 1 file", week.events.len())) && said.contains(" 0 broken lines"),
        "{said}"
    );
    let mut counts: HashMap<(String, String), usize> = HashMap::new();
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        let alert: Value = serde_json::from_str(line).unwrap();
        let time: Timestamp = alert["time"].as_str().unwrap().parse().unwrap();
        if time.as_millisecond() < COUNTED_FROM {
            continue;
        }
        let [rule, priority] = ["rule", "priority"].map(|key| alert[key].as_str().unwrap().to_owned());
        *counts.entry((rule, priority)).or_default() += 1;
    }
    let alerts = counts.into_iter().map(|((rule, priority), count)| Alerts { rule, priority, count });
    let mut alerts: Vec<_> = alerts.collect();
    alerts.sort_by(|one, other| other.count.cmp(&one.count).then_with(|| one.rule.cmp(&other.rule)));
    alerts
}

/// What this company puts on the list `own_networks`: its runners, which have public addresses.
const OWN_NETWORKS: &str = "34.10.0.0/24\n";

/// The shipped rules and what this company tunes.
fn falco_yaml(path: &dyn Fn(&str) -> String) -> String {
    let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rules");
    let tuning = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/benign_week/tuning.yaml");
    format!(
        "rules_files: [{}, {}]\nload_plugins: [gitlab]\nplugins:\n  - name: gitlab\n    library_path: libgitlab.so\n    \
         init_config: {{MaxmindCityDBPath: {}, MaxmindASNDBPath: {}, AddressLists: {{own_networks: {}}}}}\n",
        rules.display(),
        tuning.display(),
        path("city.mmdb"),
        path("asn.mmdb"),
        path("own.txt")
    )
}
