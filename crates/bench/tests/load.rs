//! A short measurement from its start to its table. How fast anything was is not looked at.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;

fn bench(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bench"));
    command.args(arguments);
    command
}

/// What `bench load --json` prints for one case, with `falco-gitlab` not needed.
fn row(case: &str, more: &[&str]) -> Value {
    let mut command = bench(&["load", "--json", "--seconds", "1", "--bin", "/nonexistent", "--case", case]);
    parse(command.args(more))
}

fn parse(command: &mut Command) -> Value {
    let output = command.output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{out}{err}");
    serde_json::from_str(out.lines().next().unwrap()).unwrap()
}

fn is_whole(row: &Value) {
    assert!(row["events_per_second"].as_f64().unwrap() > 0.0, "{row}");
    assert!(row["answers"]["max"].as_f64().unwrap() > 0.0, "{row}");
    assert!(row["peak_rss_megabytes"].as_f64().unwrap() > 1.0, "{row}");
    for count in ["refused", "broken"] {
        assert_eq!(row[count], json!(0), "{row}");
    }
}

fn has_all_events_once(row: &Value) {
    is_whole(row);
    for count in ["lost", "duplicated"] {
        assert_eq!(row[count], json!(0), "{row}");
    }
}

#[test]
fn the_plugin_loses_and_doubles_nothing() {
    let row = row("plugin-every-event-alerts", &["--connections", "4"]);
    has_all_events_once(&row);
    assert!(row["alerts"]["p50"].as_f64().unwrap() > 0.0, "{row}");
}

#[test]
fn the_plugin_with_the_spool_loses_nothing() {
    has_all_events_once(&row("plugin-spool", &["--connections", "4"]));
}

#[test]
fn ceilings_answer_over_plain_and_tls_connections() {
    for case in ["bare-http", "bare-http-new", "bare-tls-ecdsa", "bare-tls-rsa", "bare-tls-tickets"] {
        let row = row(case, &["--connections", "4"]);
        is_whole(&row);
        // A ceiling hands nothing over, so that nothing is lost there has no meaning.
        assert_eq!((&row["lost"], &row["duplicated"]), (&Value::Null, &Value::Null), "{row}");
    }
}

/// A script in Falco's place: it takes Falco's arguments and runs the plugin.
struct FalcoStandIn {
    folder: TempDir,
    address: SocketAddr,
    admin: SocketAddr,
}

impl FalcoStandIn {
    const TOKEN: &str = "abcdefghijklmnopqrst";

    fn new() -> Self {
        let free = || TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let (folder, address, admin) = (TempDir::new().unwrap(), free(), free());
        let settings = json!({
            "VerificationToken": Self::TOKEN,
            "Listen": format!("http://{address}/x"),
            "AdminAddress": admin.to_string(),
        });
        fs::write(folder.path().join("settings.json"), settings.to_string()).unwrap();
        let program = env!("CARGO_BIN_EXE_bench");
        let script = format!(
            "#!/bin/sh\n[ \"$1 $3 $4 $5\" = '-c --disable-source syscall -r' ] || exit 9\nexec '{program}' plugin-host \"$2\"\n"
        );
        let falco = folder.path().join("falco");
        fs::write(&falco, script).unwrap();
        fs::set_permissions(&falco, fs::Permissions::from_mode(0o755)).unwrap();
        Self { folder, address, admin }
    }

    fn load(&self, case: &str) -> Command {
        let mut load = bench(&["load", "--json", "--seconds", "1", "--case", case, "--connections", "4"]);
        load.arg("--falco").arg(self.folder.path().join("falco"));
        load.arg("--falco-config").arg(self.folder.path().join("settings.json"));
        load.args(["--url", &format!("http://{}/x", self.address), "--token", Self::TOKEN]);
        load
    }
}

#[test]
fn a_falco_is_started_posted_to_and_its_alerts_are_counted() {
    let row = parse(&mut FalcoStandIn::new().load("every-event-alerts"));
    has_all_events_once(&row);
    assert!(row["alerts"]["p99"].as_f64().unwrap() > 0.0, "{row}");
}

#[test]
fn what_falco_loses_is_known_from_the_plugins_own_count_only() {
    let falco = FalcoStandIn::new();
    let row = parse(&mut falco.load("keep-alive"));
    assert_eq!(row["lost"], Value::Null, "{row}");
    let row = parse(falco.load("keep-alive").args(["--admin", &falco.admin.to_string()]));
    has_all_events_once(&row);
}

#[test]
fn whoever_already_listens_is_not_measured_in_falcos_place() {
    let falco = FalcoStandIn::new();
    let _other = TcpListener::bind(falco.address).unwrap();
    let output = falco.load("keep-alive").output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && said.contains(&format!("{} is taken", falco.address)), "{said}");
}

#[test]
fn a_case_that_fails_takes_nothing_from_the_others() {
    let load = ["load", "--seconds", "1", "--connections", "4", "--bin", "/nonexistent"];
    let mut failing = bench(&load);
    let output = failing.args(["--case", "keep-alive", "--case", "bare-http"]).output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(!output.status.success() && err.contains("1 of the cases"), "{out}{err}");
    let cell = |row: &str, column: usize| {
        let line =
            out.lines().find(|line| line.starts_with(&format!("| {row} "))).unwrap_or_else(|| panic!("{out}{err}"));
        line.split('|').nth(column).unwrap().trim().to_owned()
    };
    assert!(cell("keep-alive", 2).starts_with("failed: "), "{out}");
    assert_ne!(cell("bare-http", 2), "–", "{out}");
}

#[test]
fn a_mistake_is_said_in_one_line() {
    for (arguments, words) in [
        (&["load", "--case", "nonsense"][..], "no case nonsense"),
        (&["load", "--bin", "/nonexistent", "--case", "keep-alive"], "/nonexistent"),
        (&["load", "--bin", "x", "--case", "bare-http", "--connections", "60000"], "ulimit -n"),
        (&["load", "--bin", "x", "--case", "bare-http", "--seconds", "0"], "1..=3600"),
        (&["load", "--bin", "x", "--case", "bare-http", "--seconds", "18446744073709551615"], "1..=3600"),
    ] {
        let mut limited = Command::new("sh");
        limited.args(["-c", "ulimit -n 1024; exec \"$@\"", "sh", env!("CARGO_BIN_EXE_bench")]).args(arguments);
        let output = limited.output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && said.contains(words), "{said}");
    }
}
