//! A running program under test, seen from outside.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::program::{FOLDER, SETTINGS};
use crate::sender::TOKEN;

const PATIENCE: Duration = Duration::from_mins(1);

/// Where a program works, from one of its lives to the next.
pub(crate) struct Workplace {
    folder: TempDir,
    settings: Value,
}

/// One life of the program. Dropping it kills it.
pub(crate) struct Process {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Workplace {
    pub(crate) fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let settings = json!({"VerificationToken": TOKEN, "StateDir": folder.path().join("state"), "UseHTTPS": false, "DeduplicationWindow": "1h"});
        Self { folder, settings }
    }

    pub(crate) fn set(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.settings[key] = value.into();
        self
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The program, not started. `launcher` is a shell command that must end in `exec "$@"`.
    pub(crate) fn command(&self, launcher: &str) -> Command {
        let mut command = Command::new("sh");
        command
            .args(["-c", launcher, "sh"])
            .arg(env::current_exe().unwrap())
            .args(["--ignored", "--exact", "program::host", "--nocapture"])
            .env(SETTINGS, self.settings.to_string())
            .env(FOLDER, self.folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command
    }

    pub(crate) fn start(&self) -> Process {
        self.start_with(&mut self.command("exec \"$@\""))
    }

    pub(crate) fn start_with(&self, command: &mut Command) -> Process {
        let _ = fs::remove_file(self.path("port"));
        let _ = fs::remove_file(self.path("metrics"));
        let child = command.spawn().unwrap();
        let mut port = String::new();
        eventually("the port", || {
            port = fs::read_to_string(self.path("port")).unwrap_or_default();
            !port.is_empty()
        });
        Process { child, address: SocketAddr::from(([127, 0, 0, 1], port.parse().unwrap())) }
    }

    /// Starts the program and kills it so soon that it may not have opened its port.
    pub(crate) fn start_and_kill(&self, after: Duration) {
        let mut child = self.command("exec \"$@\"").spawn().unwrap();
        thread::park_timeout(after);
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// Why the program does not start.
    pub(crate) fn refusal(&self) -> String {
        let mut child = self.command("exec \"$@\"").spawn().unwrap();
        // Waiting would close it otherwise, which ends the program.
        let _held = child.stdin.take();
        child.wait().unwrap();
        fs::read_to_string(self.path("refusal")).unwrap()
    }

    /// Has the host take no more events from now on, or has it go on.
    pub(crate) fn stall(&self) {
        fs::write(self.path("stall"), "").unwrap();
    }

    pub(crate) fn go_on(&self) {
        fs::remove_file(self.path("stall")).unwrap();
    }

    /// How often each event was delivered, and each kind of problem reported.
    pub(crate) fn deliveries(&self) -> BTreeMap<String, usize> {
        let text = fs::read_to_string(self.path("deliveries")).unwrap_or_default();
        let whole = text.rfind('\n').map_or("", |end| &text[..end]);
        let mut deliveries = BTreeMap::new();
        for line in whole.lines() {
            *deliveries.entry(line.to_owned()).or_default() += 1;
        }
        deliveries
    }

    /// The last count that the program told; 0 where it has not told any.
    pub(crate) fn metric(&self, name: &str) -> u64 {
        let text = fs::read_to_string(self.path("metrics")).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.map_or(0, |value| value.parse().unwrap())
    }

    pub(crate) fn sum_of_metrics(&self, prefix: &str) -> u64 {
        let text = fs::read_to_string(self.path("metrics")).unwrap_or_default();
        let lines = text.lines().filter(|line| line.starts_with(prefix));
        lines.filter_map(|line| line.split(' ').next_back()).map(|value| value.parse::<u64>().unwrap()).sum()
    }

    /// Waits until all these events have been delivered.
    #[track_caller]
    pub(crate) fn expect_deliveries(&self, numbers: &[u64]) {
        let mut missing = Vec::new();
        eventually_or("the deliveries", || {
            let deliveries = self.deliveries();
            missing = numbers.iter().filter(|number| !deliveries.contains_key(&number.to_string())).collect();
            missing.is_empty()
        })
        .unwrap_or_else(|()| panic!("{} answered events are lost, such as {:?}", missing.len(), missing.first()));
    }

    /// The files of the spool.
    pub(crate) fn segments(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.path("state/spool")).unwrap();
        let paths = entries.map(|entry| entry.unwrap().path());
        paths.filter(|path| path.extension().is_some_and(|extension| extension == "segment")).collect()
    }
}

impl Process {
    /// Ends it as a crash does: nothing in it gets to run any more.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Ends it in good order.
    pub(crate) fn stop(mut self, workplace: &Workplace) {
        let stop = workplace.path("stop");
        fs::write(&stop, "").unwrap();
        eventually("the end", || !self.is_running());
        assert!(self.child.wait().unwrap().success());
        fs::remove_file(stop).unwrap();
    }

    /// The memory it has now, in bytes.
    pub(crate) fn resident_bytes(&self) -> u64 {
        self.status("VmRSS:")
    }

    /// The most memory it has had, in bytes.
    pub(crate) fn most_resident_bytes(&self) -> u64 {
        self.status("VmHWM:")
    }

    fn status(&self, name: &str) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
    }

    /// How many files and sockets it has open.
    pub(crate) fn open_files(&self) -> usize {
        fs::read_dir(format!("/proc/{}/fd", self.id())).unwrap().count()
    }

    pub(crate) fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Polls `condition` until it holds; fails the test when it does not within a generous time.
#[track_caller]
pub(crate) fn eventually(what: &str, condition: impl FnMut() -> bool) {
    eventually_or(what, condition).unwrap_or_else(|()| panic!("waited in vain for {what}"));
}

fn eventually_or(_: &str, mut condition: impl FnMut() -> bool) -> Result<(), ()> {
    let deadline = Instant::now() + PATIENCE;
    while !condition() {
        if Instant::now() >= deadline {
            return Err(());
        }
        thread::park_timeout(Duration::from_millis(2));
    }
    Ok(())
}
