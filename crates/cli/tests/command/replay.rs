//! `falco-gitlab replay`: the same alerts from files.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use flate2::{Compression, write::GzEncoder};
use serde_json::{Value, json};

use crate::receiver::{COMMAND, event, run_to_end, run_with_input};

fn events() -> [String; 3] {
    ["user_access_locked", "add_gpg_key", "project_created"].map(|event_type| event(event_type, &json!({})))
}

/// Replays; gives the rules of the alerts, and what was said at the end.
fn rules_of(arguments: &[&str]) -> (Vec<String>, String) {
    let (code, out, said) = run_to_end(&[&["replay"], arguments].concat());
    assert_eq!(code, 0, "{said}");
    let alerts = out.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    (alerts.map(|alert| alert["rule"].as_str().unwrap().to_owned()).collect(), said)
}

const RULES: [&str; 2] = ["GitLab account locked", "GitLab SSH, GPG or deploy key added"];

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn every_kind_of_file_gives_the_same_alerts() {
    let folder = tempfile::tempdir().unwrap();
    let lines = events().join("\n");
    let contents: [(&str, Vec<u8>); 5] = [
        ("events.ndjson", lines.clone().into()),
        ("events.json", format!("[{}]", events().join(",\n ")).into()),
        ("events.ndjson.gz", gzip(&lines)),
        ("events.json.zst", zstd::encode_all(lines.as_bytes(), 0).unwrap()),
        ("audit_json.log", lines.replace("event_type", "event_name").into()),
    ];
    for (name, content) in contents {
        let path = folder.path().join(name);
        fs::write(&path, content).unwrap();
        let (rules, said) = rules_of(&[path.to_str().unwrap()]);
        assert_eq!(rules, RULES, "{name}");
        assert!(said.starts_with("3 events in 1 file, 2 alerts, 0 broken lines\n"), "{name}: {said}");
    }
    let (rules, said) = rules_of(&[folder.path().to_str().unwrap()]);
    assert_eq!(rules, RULES.repeat(5));
    assert!(said.starts_with("15 events in 5 files, 10 alerts, 0 broken lines\n"), "{said}");
    assert!(said.contains("\n       5  Notice         GitLab account locked"), "{said}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_system_that_has_no_thread_to_give_makes_it_slower_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.ndjson");
    fs::write(&path, events().join("\n")).unwrap();
    // No address space holds a stack of a petabyte, so every new thread is refused.
    let output =
        Command::new(COMMAND).arg("replay").arg(&path).env("RUST_MIN_STACK", (1u64 << 50).to_string()).output();
    let output = output.unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{said}");
    assert!(said.contains("3 events in 1 file, 2 alerts, 0 broken lines\n"), "{said}");
    assert_eq!(String::from_utf8(output.stdout).unwrap().lines().count(), 2);
}

#[test]
fn standard_input_is_a_file_too() {
    let (code, out, said) = run_with_input(&["replay", "-"], events().join("\n"));
    assert_eq!((code, out.lines().count()), (0, 2));
    assert!(said.starts_with("3 events in 1 file"), "{said}");
}

#[test]
fn the_time_of_an_alert_is_the_time_of_its_event() {
    let (_, out, _) = run_with_input(&["replay", "-"], &events()[0]);
    let alert: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(alert["time"], "2023-11-14T22:13:21.500000000Z");
}

#[test]
fn broken_lines_are_told_and_skipped_and_the_exit_code_says_so() {
    let [first, second, _] = events();
    let input = format!("{first}\nnot json\n7\n{second}\n");
    let (code, out, said) = run_with_input(&["replay", "-"], input);
    assert_eq!((code, out.lines().count()), (1, 2), "{said}");
    assert!(said.contains("-:2: not JSON\n") && said.contains("-:3: an event is a JSON object"), "{said}");
    assert!(said.contains("2 events in 1 file, 2 alerts, 2 broken lines"), "{said}");
}

#[test]
fn a_folder_without_any_file_of_events_is_a_mistake() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("notes.txt"), "x").unwrap();
    let (code, _, said) = run_with_input(&["replay", folder.path().to_str().unwrap()], String::new());
    assert_eq!(code, 2);
    assert!(said.contains("no file of events is there"), "{said}");
}

#[test]
fn an_event_with_too_many_members_is_told_and_skipped() {
    let members: Vec<String> = (0..2000).map(|number| format!("\"k{number}\":1")).collect();
    let input = format!("{}\n{{{}}}\n", events()[0], members.join(","));
    let (code, out, said) = run_with_input(&["replay", "-"], input);
    assert_eq!((code, out.lines().count()), (1, 1));
    assert!(said.contains("-:2: the event has more than 1024 members"), "{said}");
}

#[test]
fn what_is_said_of_broken_lines_is_bounded() {
    let (code, _, said) = run_with_input(&["replay", "-"], "broken\n".repeat(5000));
    assert_eq!(code, 1);
    assert!(said.lines().count() < 110, "{}", said.lines().count());
    assert!(said.contains("further ones are only counted") && said.contains("5000 broken lines"), "{said}");
}

#[test]
fn a_file_that_ends_too_soon_is_told_and_the_exit_code_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let whole = gzip(&events().join("\n").repeat(50));
    let cut = folder.path().join("cut.ndjson.gz");
    fs::write(&cut, &whole[..whole.len() - 20]).unwrap();
    let good = folder.path().join("good.ndjson");
    fs::write(&good, &events()[0]).unwrap();
    let (code, out, said) = run_to_end(&["replay", cut.to_str().unwrap(), good.to_str().unwrap()]);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("cut.ndjson.gz: cannot be read") && said.contains("1 file not read to the end"), "{said}");
    assert!(out.contains("GitLab account locked"), "the other file is looked at all the same");
}

#[test]
fn a_reader_that_leaves_ends_it_quietly() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.ndjson");
    fs::write(&path, format!("{}\n", events()[0]).repeat(20_000)).unwrap();
    let script = format!("({COMMAND} replay {}; echo code $? >&2) | head -n 1", path.display());
    let output = Command::new("sh").arg("-c").arg(script).output().unwrap();
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "code 0\n");
    assert_eq!(String::from_utf8(output.stdout).unwrap().lines().count(), 1);
}

#[test]
fn the_live_samples_give_the_alerts_they_give_live() {
    let samples =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../audit-event/tests/samples/real/peer_user_impersonation.json");
    let (rules, _) = rules_of(&[samples.to_str().unwrap()]);
    assert_eq!(rules, ["GitLab user impersonated"]);
}

#[test]
fn what_the_configuration_ignores_is_counted_and_raises_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (config, path) = (folder.path().join("falco.yaml"), folder.path().join("events.ndjson"));
    let ignore = "plugins:\n  - name: gitlab\n    init_config: {Ignore: gitlab.event_type = add_gpg_key}\n";
    fs::write(&config, ignore).unwrap();
    fs::write(&path, events().join("\n")).unwrap();
    let (rules, said) = rules_of(&["-c", config.to_str().unwrap(), "--json", path.to_str().unwrap()]);
    assert_eq!(rules, RULES[..1]);
    assert!(said.starts_with("2 events in 1 file, 1 alert, 0 broken lines, 1 event ignored\n"), "{said}");
}

/// A replay of what is written to it, its alerts to be read.
fn replay_of_a_pipe() -> Child {
    Command::new(COMMAND)
        .args(["replay", "--json", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

#[test]
fn it_ends_when_nobody_listens_although_standard_input_goes_on() {
    let mut replay = replay_of_a_pipe();
    let mut events_in = replay.stdin.take().unwrap();
    drop(replay.stdout.take());
    writeln!(events_in, "{}", events()[0]).unwrap();
    let deadline = Instant::now() + Duration::from_secs(30);
    let ended = loop {
        match replay.try_wait().unwrap() {
            Some(status) => break status,
            None => assert!(Instant::now() < deadline, "it waits for more events"),
        }
        thread::yield_now();
    };
    assert!(ended.success());
    drop(events_in);
}

#[test]
fn an_event_that_comes_through_a_pipe_raises_its_alert_before_the_next_one_comes() {
    let mut replay = replay_of_a_pipe();
    let (mut events_in, mut alerts) = (replay.stdin.take().unwrap(), BufReader::new(replay.stdout.take().unwrap()));
    // What follows the event in the same write is no whole event, so it must not be waited for.
    for ((event, rule), more) in events().iter().zip(RULES).zip(["\n\n", "\n  {\"broken\": \n"]) {
        events_in.write_all(format!("{event}{more}").as_bytes()).unwrap();
        let mut alert = String::new();
        alerts.read_line(&mut alert).unwrap();
        assert!(alert.contains(rule), "{alert}");
    }
    drop(events_in);
    assert_eq!(replay.wait().unwrap().code(), Some(1));
}
