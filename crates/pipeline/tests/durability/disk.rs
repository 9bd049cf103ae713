//! A disk with mistakes on it, or none that can be used at all.

use std::fs;

use crate::process::{Workplace, eventually};
use crate::sender::{Connection, Sender};

#[test]
fn a_damaged_segment_costs_the_event_that_is_hit_and_is_reported() {
    let workplace = Workplace::new();
    workplace.stall();
    let process = workplace.start();
    let sender = Sender::new().only(3);
    let mut connection = Connection::open(process.address).unwrap();
    for _ in 0..50 {
        assert_eq!(sender.post(&mut connection, 1).unwrap(), 200);
    }
    process.kill();
    let [segment] = workplace.segments().try_into().unwrap();
    let mut bytes = fs::read(&segment).unwrap();
    let hit = bytes.windows(8).position(|window| window == b"{\"id\":25").unwrap();
    bytes[hit + 3] ^= 1;
    fs::write(segment, bytes).unwrap();
    let _process = workplace.start();
    workplace.go_on();
    let rest: Vec<u64> = sender.answered().into_iter().filter(|number| *number != 25).collect();
    workplace.expect_deliveries(&rest);
    eventually("the report", || workplace.deliveries().contains_key("spool_damaged"));
    assert!(!workplace.deliveries().contains_key("25"));
}

#[test]
fn a_state_directory_that_cannot_be_used_stops_the_start_and_is_named() {
    // Nobody, not even root, can make anything there.
    let refusal = Workplace::new().set("StateDir", "/proc/self/state").refusal();
    assert!(refusal.starts_with("StateDir: /proc/self/state cannot be used: "), "{refusal}");
}

/// Files larger than some bound cannot be written, which every system can be told; as to this program, the disk fails
/// whenever a segment has reached that size.
#[test]
fn a_disk_that_fails_now_and_then_loses_nothing() {
    let workplace = Workplace::new().set("SpoolMaxBytes", 64 << 20);
    workplace.stall();
    // In blocks of 512 bytes. The signal would end the process, where a full disk is an error only.
    let mut process = workplace.start_with(&mut workplace.command("trap '' XFSZ; ulimit -f 200; exec \"$@\""));
    let sender = Sender::with_events_of(10_000).only(3);
    let mut connection = Connection::open(process.address).unwrap();
    for _ in 0..60 {
        assert_eq!(sender.post(&mut connection, 1).unwrap(), 200);
    }
    eventually("the count", || workplace.metric("spool_failed") > 0);
    assert!(process.is_running());
    workplace.go_on();
    workplace.expect_deliveries(&sender.answered());
    eventually("the report", || workplace.deliveries().contains_key("spool_failed"));
    assert_eq!(workplace.sum_of_metrics("events_shed"), 0);
    // Some time later it is tried again, in a new file.
    let failed_before = workplace.metric("spool_failed");
    let committed_before = workplace.metric("spool_commits");
    eventually("the next commit", || {
        assert_eq!(sender.post(&mut connection, 1).unwrap(), 200);
        workplace.metric("spool_commits") > committed_before
    });
    workplace.expect_deliveries(&sender.answered());
    assert!(failed_before > 0);
}
