//! A disk that is full, and one that becomes read-only: a small file system of the test's own, where that is permitted.

use std::fs;
use std::process::{Command, Stdio};

use crate::process::{Process, Workplace, eventually};
use crate::sender::{Connection, Sender};

/// Runs the program with a file system of one MiB as `StateDir`; none where mounting is not permitted.
fn start_on_small_disk(workplace: &Workplace) -> Option<Process> {
    let may_mount = Command::new("unshare")
        .args(["--user", "--map-root-user", "--mount", "mount", "-t", "tmpfs", "none", "/mnt"])
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    if !may_mount {
        println!("skipped: mounting a small file system is not permitted here");
        return None;
    }
    fs::create_dir_all(workplace.path("state")).unwrap();
    let state = workplace.path("state");
    let launcher = format!(
        "exec unshare --user --map-root-user --mount sh -c 'mount -t tmpfs -o size=1m none {} && exec \"$@\"' sh \"$@\"",
        state.display()
    );
    Some(workplace.start_with(&mut workplace.command(&launcher)))
}

#[test]
fn a_full_disk_loses_nothing_and_is_used_again_when_there_is_room() {
    let workplace = Workplace::new().set("SpoolMaxBytes", 64 << 20);
    workplace.stall();
    let Some(mut process) = start_on_small_disk(&workplace) else { return };
    let sender = Sender::with_events_of(20_000).only(3);
    let mut connection = Connection::open(process.address).unwrap();
    for _ in 0..100 {
        assert_eq!(sender.post(&mut connection, 1).unwrap(), 200);
    }
    eventually("the count", || workplace.metric("spool_failed") > 0);
    assert!(process.is_running());
    // The host takes what is stored, so that there is room again.
    workplace.go_on();
    workplace.expect_deliveries(&sender.answered());
    eventually("the report", || workplace.deliveries().contains_key("spool_failed"));
    let committed = workplace.metric("spool_commits");
    eventually("the next commit", || {
        assert_eq!(sender.post(&mut connection, 1).unwrap(), 200);
        workplace.metric("spool_commits") > committed
    });
    workplace.expect_deliveries(&sender.answered());
    assert_eq!(workplace.sum_of_metrics("events_shed"), 0);
}

#[test]
fn a_disk_that_becomes_read_only_loses_nothing_and_is_used_again_when_it_is_writable() {
    let workplace = Workplace::new();
    let Some(process) = start_on_small_disk(&workplace) else { return };
    let spool = workplace.path("state/spool");
    let within = |program: &str, arguments: &[&str]| {
        let mut command = Command::new("nsenter");
        command.args(["--user", "--mount", "--target", &process.id().to_string(), program]).args(arguments).arg(&spool);
        assert!(command.status().unwrap().success(), "{program} {arguments:?}");
    };
    // A disk that is written to cannot be made read-only from outside, but it can be seen as such at a place of its own.
    within("mount", &["--bind", &spool.display().to_string()]);
    within("mount", &["-o", "remount,ro,bind"]);
    let sender = Sender::new();
    let mut connection = Connection::open(process.address).unwrap();
    for _ in 0..20 {
        assert_eq!(sender.post(&mut connection, 1).unwrap(), 200);
    }
    workplace.expect_deliveries(&sender.answered());
    eventually("the report", || workplace.deliveries().contains_key("spool_failed"));
    assert_eq!(workplace.metric("spool_commits"), 0);
    within("umount", &[]);
    eventually("a commit", || {
        assert_eq!(sender.post(&mut connection, 1).unwrap(), 200);
        workplace.metric("spool_commits") > 0
    });
    workplace.expect_deliveries(&sender.answered());
}
