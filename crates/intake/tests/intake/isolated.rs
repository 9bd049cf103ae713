//! Tests that need a process of their own: they run this test program again, for themselves alone.

use std::env;
use std::fs::{self, File};
use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use intake::{Inbox, InboxSettings, Limits, ProblemKind, SpoolSettings, StateDirectory, inherit_socket};

use crate::client::{Client, connect, post};
use crate::server::{Server, eventually, settings};
use crate::tls::{data, directory, https};

const MARK: &str = "INTAKE_TEST_ISOLATED";

/// Runs `test`, whose full name is `name`, in a process that may open so many files.
fn isolated(name: &str, open_files: u32, test: impl FnOnce()) {
    if env::var_os(MARK).is_some() {
        return test();
    }
    let output = Command::new("sh")
        .arg("-c")
        .arg(format!("ulimit -n {open_files} && exec \"$0\" --exact \"$1\" --nocapture"))
        .arg(env::current_exe().unwrap())
        .arg(name)
        .env(MARK, "1")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}

#[test]
fn without_file_descriptors_it_waits_and_goes_on_when_there_are_some() {
    isolated("isolated::without_file_descriptors_it_waits_and_goes_on_when_there_are_some", 64, || {
        let server = Server::start();
        let mut held: Vec<_> = std::iter::from_fn(|| File::open("/dev/null").ok()).collect();
        // One is left for our end of a connection, none for the server's.
        held.pop();
        let mut client = Client::over(connect(server.receiver.local_address()));
        let problem = server.wait_for_problem();
        assert_eq!(problem.kind, ProblemKind::AcceptFailed);
        assert!(problem.message.contains("Too many open files"), "{}", problem.message);
        eventually("another attempt", || server.metric("accept_errors") > 1);
        drop(held);
        assert_eq!(client.request(post(b"{}")).status, 200);
    });
}

#[test]
fn without_file_descriptors_the_spool_is_not_given_up_and_read_when_there_are_some() {
    isolated("isolated::without_file_descriptors_the_spool_is_not_given_up_and_read_when_there_are_some", 64, || {
        let folder = tempfile::tempdir().unwrap();
        let state = Arc::new(StateDirectory::open(folder.path()).unwrap());
        let spool = Some(SpoolSettings { state, max_bytes: 64 << 20 });
        // So little memory that every event waits on the disk.
        let inbox = Inbox::start(InboxSettings { max_bytes: 1, spool, ..InboxSettings::default() }).unwrap();
        let server = Server::with(settings("http://127.0.0.1:0/"), inbox);
        let events: Vec<_> = (0..5).map(|number| format!("{{\"id\":{number}}}")).collect();
        assert_eq!(server.post(format!("[{}]", events.join(","))).status, 200);
        eventually("the end of the connection", || server.metric("connections_open") == 0);
        let held: Vec<_> = std::iter::from_fn(|| File::open("/dev/null").ok()).collect();
        for _ in 0..100 {
            assert_eq!(server.texts(), [""; 0]);
        }
        drop(held);
        assert_eq!(server.texts(), events);
        assert_eq!(server.metric("spool_damaged"), 0);
    });
}

/// systemd's part: the socket is file descriptor 3, and the environment says so.
#[test]
#[cfg(unix)]
fn a_socket_that_systemd_passes_is_listened_on_and_outlives_a_receiver() {
    const NAME: &str = "isolated::a_socket_that_systemd_passes_is_listened_on_and_outlives_a_receiver";
    if env::var_os(MARK).is_some() {
        let address = inherit_socket().unwrap().unwrap();
        assert!(env::var_os("LISTEN_FDS").is_none());
        let server = Server::start();
        assert_eq!(server.receiver.local_address(), address);
        assert_eq!(server.post("{}").status, 200);
        server.receiver.stop();
        // Who comes between two receivers waits.
        let mut waiting = Client::connect(address);
        waiting.send(post(b"{\"id\":2}"));
        let server = Server::start();
        assert_eq!(waiting.answer().status, 200);
        assert_eq!(server.texts(), ["{\"id\":2}"]);
        return;
    }
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let output = Command::new("sh")
        .arg("-c")
        .arg("exec 3<&0 && LISTEN_FDS=1 LISTEN_PID=$$ exec \"$0\" --exact \"$1\" --nocapture")
        .arg(env::current_exe().unwrap())
        .arg(NAME)
        .env(MARK, "1")
        .stdin(OwnedFd::from(socket))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}

/// Those of this process that bear our name.
#[cfg(target_os = "linux")]
fn threads() -> usize {
    let tasks = fs::read_dir("/proc/self/task").unwrap();
    let names = tasks.filter_map(|task| fs::read_to_string(task.ok()?.path().join("comm")).ok());
    names.filter(|name| name.starts_with("gitlab-")).count()
}

#[test]
#[cfg(target_os = "linux")]
fn what_reads_changed_files_bears_our_name_and_is_not_left_after_a_stop_either() {
    isolated("isolated::what_reads_changed_files_bears_our_name_and_is_not_left_after_a_stop_either", 64, || {
        let directory = directory(&data("ec.crt"), &data("ec.sec1.key"));
        let limits = Limits { reload_interval: Duration::from_millis(1), ..Limits::default() };
        let server = Server::with(https(directory.path(), limits), Inbox::default());
        eventually("two that accept and one that reads files", || threads() == 3);
        server.receiver.stop();
        assert_eq!(threads(), 0);
    });
}

#[test]
#[cfg(target_os = "linux")]
fn no_thread_is_left_after_a_stop() {
    isolated("isolated::no_thread_is_left_after_a_stop", 64, || {
        assert_eq!(threads(), 0);
        let server = Server::with_limits(Limits { stop_timeout: Duration::from_millis(50), ..Limits::default() });
        assert_eq!(server.post("{}").status, 200);
        let mut stuck = server.connect();
        let request = post(b"{}");
        stuck.send(&request[..request.len() - 1]);
        eventually("the request to run", || server.metric("requests") == 2);
        assert!(threads() >= 2);
        server.receiver.stop();
        assert_eq!(threads(), 0);
    });
}
