//! A host that takes no events while they keep coming.

use std::env;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::process::{Workplace, eventually};
use crate::sender::{Connection, Sender};

/// How long the host stalls; more with this set.
const SECONDS: &str = "DURABILITY_TEST_STALL_SECONDS";

const EVENTS_PER_SECOND: u64 = 5_000;

/// Events that come together, so that the test itself does not need all of the machine.
const EVENTS_IN_POST: u64 = 50;

#[test]
fn a_stalled_host_costs_neither_events_nor_memory_nor_the_senders_time() {
    let seconds: u64 = env::var(SECONDS).map_or(5, |seconds| seconds.parse().unwrap());
    let workplace = Workplace::new().set("MaxQueueSize", 8 << 20);
    workplace.stall();
    let mut process = workplace.start();
    let sender = Sender::with_events_of(600);
    let mut connection = Connection::open(process.address).unwrap();
    let (start, posts) = (Instant::now(), seconds * EVENTS_PER_SECOND / EVENTS_IN_POST);
    let (mut most_memory, mut slowest) = (0, Duration::ZERO);
    for post in 0..posts {
        let due = start + Duration::from_micros(post * 1_000_000 * EVENTS_IN_POST / EVENTS_PER_SECOND);
        thread::park_timeout(due.saturating_duration_since(Instant::now()));
        let begun = Instant::now();
        assert_eq!(sender.post(&mut connection, EVENTS_IN_POST).unwrap(), 200);
        slowest = slowest.max(begun.elapsed());
        most_memory = most_memory.max(process.resident_bytes());
    }
    let took = start.elapsed();
    eventually("the backlog", || workplace.metric("spool_events_behind") > 0);
    workplace.go_on();
    workplace.expect_deliveries(&sender.answered());
    assert!(process.is_running());
    most_memory = most_memory.max(process.resident_bytes());
    println!(
        "{} events in {took:?}, slowest answer {slowest:?}, most memory {} MiB",
        sender.count(),
        most_memory / (1 << 20)
    );
    assert_eq!(workplace.sum_of_metrics("events_shed"), 0);
    assert!(most_memory < 256 << 20, "{most_memory}");
}

#[test]
fn beyond_all_bounds_the_least_valuable_events_are_let_go_and_counted() {
    let workplace = Workplace::new().set("MaxQueueSize", 1 << 20).set("SpoolMaxBytes", 64 << 20);
    workplace.stall();
    let mut process = workplace.start();
    let (routine, saved) = (Sender::with_events_of(30_000).only(0), Sender::with_events_of(30_000).only(3));
    let mut connection = Connection::open(process.address).unwrap();
    let is_full = |sender: &Sender, connection: &mut Connection| sender.post(connection, 20).unwrap() != 200;
    let mut most_memory = 0;
    while !is_full(&routine, &mut connection) {
        most_memory = most_memory.max(process.resident_bytes());
    }
    for _ in 0..40 {
        assert!(!is_full(&saved, &mut connection), "saved events make room for themselves");
        most_memory = most_memory.max(process.resident_bytes());
    }
    eventually("the count", || workplace.metric("events_shed_git_operations") > 0);
    assert_eq!(workplace.metric("events_shed_saved"), 0);
    assert!(workplace.metric("spool_bytes") <= 64 << 20);
    workplace.go_on();
    eventually("the end", || workplace.metric("spool_events_behind") == 0 && workplace.metric("events_queued") == 0);
    eventually("the report", || workplace.deliveries().contains_key("shed"));
    let shed = workplace.metric("events_shed_git_operations");
    // The numbers of the two kinds are the same, so they are told by how often they came.
    let delivered: usize =
        workplace.deliveries().iter().filter(|(id, _)| id.parse::<u64>().is_ok()).map(|(_, n)| n).sum();
    assert_eq!(delivered as u64 + shed, routine.posted() + saved.posted(), "each came or was counted");
    assert!(delivered >= saved.count());
    println!("{shed} let go, most memory {} MiB", most_memory / (1 << 20));
    assert!(process.is_running());
    assert!(most_memory < 256 << 20, "{most_memory}");
}

#[test]
fn idle_connections_leave_file_descriptors_for_the_spool() {
    let workplace = Workplace::new().set("MaxQueueSize", 1 << 20);
    workplace.stall();
    let mut process = workplace.start_with(&mut workplace.command("ulimit -n 64; exec \"$@\""));
    let idle: Vec<_> = (0..100).map(|_| Connection::open(process.address).unwrap()).collect();
    let sender = Sender::with_events_of(20_000).only(3);
    // Enough for more than one segment, and more than memory holds.
    for _ in 0..40 {
        // As GitLab does. It would not be kept anyway while so many are open.
        let mut connection = Connection::open(process.address).unwrap();
        assert_eq!(sender.post(&mut connection, 20).unwrap(), 200);
    }
    workplace.go_on();
    workplace.expect_deliveries(&sender.answered());
    assert_eq!(["accept_errors", "spool_failed", "spool_damaged"].map(|name| workplace.metric(name)), [0, 0, 0]);
    assert!(process.is_running());
    drop(idle);
}

#[test]
fn many_senders_share_one_fsync() {
    const SENDERS: usize = 32;
    let workplace = Workplace::new();
    let process = workplace.start();
    let (sender, begun, is_over) = (Sender::new(), AtomicU64::new(0), AtomicBool::new(false));
    thread::scope(|scope| {
        for _ in 0..SENDERS {
            scope.spawn(|| {
                let mut connection = Connection::open(process.address).unwrap();
                begun.fetch_add(1, Ordering::Relaxed);
                while !is_over.load(Ordering::Relaxed) {
                    assert_eq!(sender.post(&mut connection, 1).unwrap(), 200);
                }
            });
        }
        eventually("enough posts", || sender.count() >= 2_000);
        is_over.store(true, Ordering::Relaxed);
    });
    workplace.expect_deliveries(&sender.answered());
    let commits = workplace.metric("spool_commits");
    println!("{} posts, {commits} commits", sender.count());
    assert!(commits < sender.count() as u64, "{commits} commits for {} posts", sender.count());
}
