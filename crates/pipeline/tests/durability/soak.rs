//! Steady posts for as long as is asked for, with crashes, restarts and stalls: nothing answered is lost, nothing grows.

use std::env;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, RwLock};
use std::thread;
use std::time::{Duration, Instant};

use crate::process::{Process, Workplace, eventually};
use crate::sender::{Connection, Sender};

/// How long it goes on; `.ci/soak` sets ten minutes.
const SECONDS: &str = "DURABILITY_TEST_SOAK_SECONDS";

const SENDERS: u64 = 4;

/// Between two posts of one sender.
const PAUSE: Duration = Duration::from_millis(10);

/// How often something goes wrong, whatever the length.
const DISTURBANCES: u32 = 40;

const STALL: Duration = Duration::from_secs(2);

/// What is more than that was left open by mistake, for there are four senders.
const FILES_OF_CONNECTIONS: usize = 8;

/// A process that comes and goes, and those who post to whichever is there.
struct Soak {
    workplace: Workplace,
    sender: Sender,
    address: RwLock<Option<SocketAddr>>,
    answers: Mutex<Vec<Duration>>,
    unanswered: AtomicU64,
    is_over: AtomicBool,
    most_memory: AtomicU64,
    most_spool: AtomicU64,
}

impl Soak {
    fn start(&self) -> Process {
        let process = self.workplace.start();
        *self.address.write().unwrap() = Some(process.address);
        process
    }

    fn post_until_it_is_over(&self) {
        for count in [1, 1, 1, 5].into_iter().cycle() {
            if self.is_over.load(Ordering::Relaxed) {
                return;
            }
            let begun = Instant::now();
            let address = *self.address.read().unwrap();
            // A new connection for each post, as GitLab opens them.
            let answer = address.map(|address| self.sender.post(&mut Connection::open(address)?, count));
            match answer {
                Some(Ok(status)) => {
                    assert_eq!(status, 200);
                    self.answers.lock().unwrap().push(begun.elapsed());
                }
                Some(Err(_)) => _ = self.unanswered.fetch_add(1, Ordering::Relaxed),
                None => {}
            }
            thread::park_timeout(PAUSE.saturating_sub(begun.elapsed()));
        }
    }

    /// Looks on until `end`.
    fn watch(&self, process: &Process, end: Instant) {
        while Instant::now() < end {
            self.note(process);
            thread::park_timeout(Duration::from_millis(50).min(end.saturating_duration_since(Instant::now())));
        }
        self.note(process);
    }

    fn note(&self, process: &Process) {
        self.most_memory.fetch_max(process.most_resident_bytes(), Ordering::Relaxed);
        self.most_spool.fetch_max(self.workplace.metric("spool_bytes"), Ordering::Relaxed);
        assert_eq!(self.workplace.sum_of_metrics("events_shed"), 0);
    }

    fn stall(&self, process: &Process) {
        self.workplace.stall();
        self.watch(process, Instant::now() + STALL);
        self.workplace.go_on();
    }
}

#[test]
fn nothing_answered_is_lost_and_nothing_grows_however_long_it_goes_on() {
    let seconds: u32 = env::var(SECONDS).map_or(12, |seconds| seconds.parse().unwrap());
    let length = Duration::from_secs(seconds.into());
    let soak = Soak {
        workplace: Workplace::new().set("MaxQueueSize", 8 << 20),
        sender: Sender::with_events_of(600),
        address: RwLock::default(),
        answers: Mutex::default(),
        unanswered: AtomicU64::new(0),
        is_over: AtomicBool::new(false),
        most_memory: AtomicU64::new(0),
        most_spool: AtomicU64::new(0),
    };
    let (begun, mut kills, mut restarts, mut stalls) = (Instant::now(), 0, 0, 0);
    let (files_before, files_after) = thread::scope(|scope| {
        let mut process = soak.start();
        for _ in 0..SENDERS {
            scope.spawn(|| soak.post_until_it_is_over());
        }
        // In the last third nothing ends it, so that what grows slowly has its time to.
        for disturbance in 1..=DISTURBANCES {
            let at = begun + length * 2 / 3 * disturbance / DISTURBANCES;
            soak.watch(&process, at);
            match disturbance % 4 {
                1 | 3 => {
                    process.kill();
                    process = soak.start();
                    kills += 1;
                }
                2 => {
                    process.stop(&soak.workplace);
                    process = soak.start();
                    restarts += 1;
                }
                _ if Instant::now() < at + STALL => {
                    soak.stall(&process);
                    stalls += 1;
                }
                _ => {}
            }
        }
        let answered = soak.sender.count();
        eventually("an answer", || soak.sender.count() > answered);
        let files_before = process.open_files();
        soak.watch(&process, begun + length);
        soak.is_over.store(true, Ordering::Relaxed);
        let files_after = process.open_files();
        soak.workplace.expect_deliveries(&soak.sender.answered());
        soak.note(&process);
        (files_before, files_after)
    });
    let deliveries = soak.workplace.deliveries();
    let repeated = deliveries.iter().filter(|(id, times)| id.parse::<u64>().is_ok() && **times > 1).count();
    let mut answers = soak.answers.into_inner().unwrap();
    answers.sort_unstable();
    let quantile = |per_mille: usize| answers[(answers.len() * per_mille / 1000).min(answers.len() - 1)];
    let (most_memory, most_spool) = (soak.most_memory.into_inner(), soak.most_spool.into_inner());
    println!("{:?}: {kills} kills, {restarts} restarts, {stalls} stalls of {STALL:?}", begun.elapsed());
    println!(
        "{} events in {} posts answered, {} posts not answered while nobody was there, 0 lost, {repeated} delivered more than once",
        soak.sender.count(),
        answers.len(),
        soak.unanswered.into_inner()
    );
    println!(
        "answers: half within {:?}, 99 % within {:?}, the last after {:?}",
        quantile(500),
        quantile(990),
        quantile(1000)
    );
    println!(
        "most memory {} MiB, most in the spool {} MiB, files open {files_before} at first and {files_after} at the end",
        most_memory >> 20,
        most_spool >> 20
    );
    assert!(most_memory < 256 << 20, "{most_memory}");
    assert!(files_after <= files_before + FILES_OF_CONNECTIONS, "{files_before} {files_after}");
}
