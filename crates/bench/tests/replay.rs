//! That replays and the table of costs are of as many events as they say. How fast anything was is not looked at.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Output};

use tempfile::TempDir;

/// A script in the place of `falco-gitlab replay`, which counts lines, and leaves out as many as it is told.
struct ReplayStandIn(TempDir);

impl ReplayStandIn {
    fn new(left_out: u32) -> Self {
        let folder = TempDir::new().unwrap();
        let program = folder.path().join("falco-gitlab");
        let script = format!(
            "#!/bin/sh\nfor file; do :; done\ncount=$(cat \"$file\" | wc -l)\n[ $count = 0 ] || count=$((count - {left_out}))\n\
             echo \"$count events in 1 file, 0 alerts, 0 broken lines\" >&2\n"
        );
        fs::write(&program, script).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        Self(folder)
    }

    fn bench(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bench"));
        command.args(arguments).arg("--bin").arg(self.0.path().join("falco-gitlab")).output().unwrap()
    }
}

#[test]
fn a_replay_says_how_many_of_its_events_were_not_read() {
    for (left_out, words) in [(0, "events lost: 0"), (3, "events lost: 3")] {
        let output = ReplayStandIn::new(left_out).bench(&["replay", "--events", "2000"]);
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(said.starts_with("2,000 events, ") && said.contains(words), "{said}{output:?}");
    }
}

#[test]
fn costs_are_of_events_that_were_all_replayed_and_all_waited() {
    let output = ReplayStandIn::new(0).bench(&["scaling", "--events", "200"]);
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{output:?}");
    assert_eq!(said.lines().count(), 6, "{said}");
    assert!(said.contains("| after 200 events and more "), "{said}");
    // What puts nothing into the queue and takes nothing out costs nothing.
    for behind in said.lines().filter(|line| line.starts_with("| behind ")) {
        assert!(behind.split('|').skip(2).take(3).all(|cell| cell.trim().parse::<f64>().unwrap() > 0.0), "{behind}");
    }
}

#[test]
fn no_cost_is_told_of_events_that_were_not_read() {
    let output = ReplayStandIn::new(1).bench(&["scaling", "--events", "200"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && said.contains("events and counted"), "{said}");
}
