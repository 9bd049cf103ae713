//! SIGKILL at any moment.

use std::env;
use std::hash::{BuildHasher as _, RandomState};
use std::thread;
use std::time::Duration;

use crate::process::{Workplace, eventually};
use crate::sender::{Connection, Sender};

/// How often the process is killed; more with this set.
const KILLS: &str = "DURABILITY_TEST_KILLS";

const SENDERS: usize = 4;

#[test]
fn every_event_answered_for_is_delivered_although_the_process_is_killed_again_and_again() {
    let kills = env::var(KILLS).map_or(100, |kills| kills.parse().unwrap());
    let workplace = Workplace::new().set("SpoolMaxBytes", 64 << 20);
    let sender = Sender::new();
    for kill in 0..kills {
        if kill % 4 == 3 {
            // While it reads through the spool, or before.
            workplace.start_and_kill(Duration::from_micros(RandomState::new().hash_one(kill) % 20_000));
        }
        let process = workplace.start();
        let address = process.address;
        // Sometimes before the first answer, sometimes after hundreds.
        let target = sender.count() + usize::try_from(RandomState::new().hash_one(kill) % 150).unwrap();
        thread::scope(|scope| {
            for _ in 0..SENDERS {
                scope.spawn(|| sender.post_until_it_breaks(address));
            }
            eventually("answers", || sender.count() >= target);
            process.kill();
        });
    }
    let answered = sender.answered();
    let _process = workplace.start();
    workplace.expect_deliveries(&answered);
    let repeated = workplace.deliveries().values().filter(|count| **count > 1).count();
    println!("{kills} kills, {} events answered for, {repeated} delivered more than once", answered.len());
}

#[test]
fn a_repetition_after_a_crash_is_known_while_the_event_is_in_the_spool() {
    let workplace = Workplace::new();
    workplace.stall();
    let sender = Sender::new();
    let process = workplace.start();
    assert_eq!(Connection::open(process.address).unwrap().post(&sender.event(7)).unwrap(), 200);
    process.kill();
    let process = workplace.start();
    let mut connection = Connection::open(process.address).unwrap();
    assert_eq!(connection.post(&sender.event(7)).unwrap(), 200);
    assert_eq!(connection.post(&sender.event(8)).unwrap(), 200);
    workplace.go_on();
    workplace.expect_deliveries(&[7, 8]);
    assert_eq!(workplace.deliveries()["7"], 1);
    eventually("the count", || workplace.metric("events_repeated") == 1);
}

#[test]
fn what_the_host_has_dealt_with_is_not_delivered_again() {
    let workplace = Workplace::new();
    let sender = Sender::new();
    for _ in 0..3 {
        let process = workplace.start();
        let mut connection = Connection::open(process.address).unwrap();
        for _ in 0..5 {
            sender.post(&mut connection, 1).unwrap();
        }
        workplace.expect_deliveries(&sender.answered());
        // Which is written down about a second later.
        eventually("the acknowledgement", || {
            workplace.metric("spool_oldest_seconds") == 0 && acknowledged(&workplace) == sender.count() as u64
        });
        process.kill();
    }
    let process = workplace.start();
    sender.post(&mut Connection::open(process.address).unwrap(), 1).unwrap();
    workplace.expect_deliveries(&sender.answered());
    assert!(workplace.deliveries().values().all(|count| *count == 1));
}

/// How far the host has got, as the spool has written it down.
fn acknowledged(workplace: &Workplace) -> u64 {
    let bytes = std::fs::read(workplace.path("state/spool/acknowledged")).unwrap_or_default();
    bytes.first_chunk().map_or(0, |number| u64::from_le_bytes(*number))
}

#[test]
fn a_second_process_is_kept_out_and_told_which_key_is_wrong() {
    let workplace = Workplace::new();
    let _first = workplace.start();
    let refusal = workplace.refusal();
    assert!(refusal.starts_with("StateDir: ") && refusal.contains("in use by another process"), "{refusal}");
}

#[test]
fn ignored_events_are_answered_and_counted_and_go_no_further() {
    let workplace = Workplace::new().set("Ignore", "gitlab.event_type = user_authenticated_using_job_token");
    let process = workplace.start();
    let mut connection = Connection::open(process.address).unwrap();
    let (ignored, wanted) = (Sender::new().only(1), Sender::new().only(0));
    for _ in 0..5 {
        assert_eq!(ignored.post(&mut connection, 1).unwrap(), 200);
    }
    eventually("the count", || workplace.metric("events_ignored") == 5);
    assert_eq!(workplace.segments().len(), 0, "they are not even stored");
    wanted.post(&mut connection, 1).unwrap();
    workplace.expect_deliveries(&[1]);
    assert_eq!(workplace.deliveries().len(), 1);
}
