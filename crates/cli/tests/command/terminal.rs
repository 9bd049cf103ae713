//! Alerts for a person: readable, coloured, and harmless whatever an event holds.

use std::{
    fs::File,
    io::Read,
    os::fd::OwnedFd,
    process::{Command, Stdio},
};

use rustix::{
    fs::{Mode, OFlags, open},
    pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt},
};
use serde_json::json;

use crate::receiver::{COMMAND, event, run_with_input};

/// Sequences that would clear the screen, set a title, answer back, hide text, forge lines.
const HOSTILE: &str = "\x1b[2J\x1b]0;title\x07\u{9b}31m\r\nforged\x08\u{202e}\u{200b}";

fn hostile_event() -> String {
    let further = json!({"ip_address": HOSTILE, "details": {"target_details": HOSTILE, "custom_message": HOSTILE}});
    event("user_access_locked", &further)
}

#[test]
fn nothing_an_event_holds_can_drive_the_terminal() {
    let (code, out, _) = run_with_input(&["replay", "-", "--color", "always"], hostile_event());
    assert_eq!(code, 0);
    assert_eq!(out.lines().count(), 3, "{out}");
    let ours = ["\x1b[0m", "\x1b[1m", "\x1b[2m", "\x1b[36m"];
    let rest = ours.iter().fold(out.clone(), |out, ours| out.replace(ours, ""));
    assert_ne!(rest, out, "it is coloured");
    assert!(!rest.contains(|c: char| c != '\n' && (c.is_control() || "\u{202e}\u{200b}".contains(c))), "{rest:?}");
}

/// Runs `replay` with its standard output on a terminal; gives what that terminal would show.
fn on_a_terminal(arguments: &[&str], environment: &[(&str, &str)], input: &str) -> String {
    let terminal = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&terminal).unwrap();
    unlockpt(&terminal).unwrap();
    let name = ptsname(&terminal, Vec::new()).unwrap();
    let inside: OwnedFd = open(name.as_c_str(), OFlags::RDWR | OFlags::NOCTTY, Mode::empty()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.ndjson");
    std::fs::write(&path, input).unwrap();
    let mut child = Command::new(COMMAND)
        .arg("replay")
        .arg(&path)
        .args(arguments)
        .env_remove("NO_COLOR")
        .envs(environment.iter().copied())
        .stdin(Stdio::null())
        .stdout(inside)
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    assert!(child.wait().unwrap().success());
    // Once nobody has the other end open, reading ends with what was written and then an error.
    let mut shown = Vec::new();
    let mut buffer = [0; 4096];
    let mut terminal = File::from(terminal);
    while let Ok(length @ 1..) = terminal.read(&mut buffer) {
        shown.extend_from_slice(&buffer[..length]);
    }
    String::from_utf8(shown).unwrap()
}

#[test]
fn a_terminal_shows_readable_coloured_alerts() {
    let shown = on_a_terminal(
        &[],
        &[],
        &event("user_access_locked", &json!({"ip_address": "198.51.100.7", "details": {"custom_message": "Locked"}})),
    );
    assert!(shown.contains("\x1b[1mGitLab account locked\x1b[0m"), "{shown:?}");
    assert!(shown.contains("2023-11-14 22:13:21Z"), "{shown:?}");
    assert!(shown.contains("NOTICE") && shown.contains("Account sidney locked: Locked"), "{shown:?}");
    assert!(shown.contains("ip=198.51.100.7") && !shown.contains("<NA>"), "{shown:?}");
}

#[test]
fn no_color_takes_the_colours() {
    let shown = on_a_terminal(&[], &[("NO_COLOR", "1")], &event("user_access_locked", &json!({})));
    assert!(shown.contains("GitLab account locked") && !shown.contains('\x1b'), "{shown:?}");
}

#[test]
fn json_on_a_terminal_is_harmless_too() {
    let shown = on_a_terminal(&["--json"], &[], &hostile_event());
    assert!(shown.starts_with('{'), "{shown:?}");
    assert!(!shown.contains(['\x1b', '\u{9b}', '\x07', '\x08', '\u{202e}']), "{shown:?}");
    let alert: serde_json::Value = serde_json::from_str(shown.trim()).unwrap();
    assert_eq!(alert["output_fields"]["gitlab.target_details"], HOSTILE, "and means the same");
}
