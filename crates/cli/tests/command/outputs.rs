//! Alerts to files, programs and addresses.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    path::{Path, PathBuf},
    process::Command,
    thread,
    time::Instant,
};

use rustix::process::Signal;
use serde_json::{Value, json};

use crate::receiver::{PATIENCE, Running, event};

fn start(folder: &Path, text: &str) -> Running {
    let path = folder.join("falco.yaml");
    fs::write(&path, text.replace("FOLDER", &folder.display().to_string())).unwrap();
    Running::start(&["-c", path.to_str().unwrap()])
}

fn locked() -> String {
    event("user_access_locked", &json!({}))
}

/// Waits until a file has so many lines.
fn lines(path: &PathBuf, count: usize) -> Vec<String> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let text = fs::read_to_string(path).unwrap_or_default();
        if text.matches('\n').count() >= count {
            return text.lines().map(str::to_owned).collect();
        }
        assert!(Instant::now() < deadline, "{text}");
        thread::yield_now();
    }
}

#[test]
fn a_file_gets_every_alert_also_after_it_was_rotated() {
    let folder = tempfile::tempdir().unwrap();
    let text = "json_output: true\nfile_output: {enabled: true, keep_alive: false, filename: FOLDER/alerts}\n";
    let running = start(folder.path(), text);
    let file = folder.path().join("alerts");
    running.post(locked());
    let first = lines(&file, 1);
    assert_eq!(serde_json::from_str::<Value>(&first[0]).unwrap()["rule"], "GitLab account locked");
    fs::rename(&file, folder.path().join("alerts.1")).unwrap();
    running.post(locked());
    assert_eq!(lines(&file, 1).len(), 1);
    let (_, rest) = running.stop();
    assert_eq!(rest, Vec::<String>::new(), "with a file, nothing is printed unless stdout_output says so");
}

#[test]
fn a_full_disk_is_told_of_but_not_once_for_each_alert() {
    let folder = tempfile::tempdir().unwrap();
    let text = "stdout_output: {enabled: true}\njson_output: true\nfile_output: {enabled: true, filename: /dev/full}\n";
    let mut running = start(folder.path(), text);
    for _ in 0..20 {
        running.post(locked());
        running.line();
    }
    let said = running.stop_and_listen();
    assert_eq!(said.len(), 2, "at once, and at the end what came later: {said:#?}");
    assert!(said[0].contains("file_output: 1 alert not written: /dev/full"), "{said:#?}");
    assert!(said[1].contains("file_output: 19 alerts not written"), "{said:#?}");
}

#[test]
fn a_program_gets_alerts_on_its_standard_input() {
    for keep_alive in [true, false] {
        let folder = tempfile::tempdir().unwrap();
        let text = format!(
            "stdout_output: {{enabled: true}}\njson_output: true\n\
             program_output: {{enabled: true, keep_alive: {keep_alive}, program: 'cat >> FOLDER/alerts; echo end >> FOLDER/alerts'}}\n"
        );
        let mut running = start(folder.path(), &text);
        running.post(locked());
        running.post(locked());
        let printed = [running.line(), running.line()];
        let (status, _) = running.stop();
        assert!(status.success());
        let [first, second] = &printed;
        let expected =
            if keep_alive { vec![first.as_str(), second, "end"] } else { vec![first.as_str(), "end", second, "end"] };
        assert_eq!(lines(&folder.path().join("alerts"), expected.len()), expected);
    }
}

#[test]
fn an_address_gets_alerts_posted_over_one_connection() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/alerts", listener.local_addr().unwrap());
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        [(); 2].map(|()| {
            let head: Vec<String> =
                reader.by_ref().lines().map(Result::unwrap).take_while(|line| !line.is_empty()).collect();
            let head = head.join("\n").to_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
            let mut body = vec![0; length.unwrap()];
            reader.read_exact(&mut body).unwrap();
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").unwrap();
            (head, serde_json::from_slice::<Value>(&body).unwrap())
        })
    });
    let folder = tempfile::tempdir().unwrap();
    let text = format!("json_output: true\nhttp_output: {{enabled: true, url: '{url}', user_agent: test/1}}\n");
    let running = start(folder.path(), &text);
    running.post(locked());
    running.post(event("add_gpg_key", &json!({})));
    let [(head, first), (_, second)] = server.join().unwrap();
    assert!(head.starts_with("post /alerts http/1.1\n") && head.contains("content-type: application/json"), "{head}");
    assert!(head.contains("user-agent: test/1"), "{head}");
    assert_eq!(first["rule"], "GitLab account locked");
    assert_eq!(second["rule"], "GitLab SSH, GPG or deploy key added");
}

#[test]
fn an_output_that_hangs_holds_up_neither_detection_nor_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    // The program waits until somebody opens the other end of the pipe.
    let text = "stdout_output: {enabled: true}\njson_output: true\n\
                program_output: {enabled: true, keep_alive: false, program: 'exec cat FOLDER/pipe'}\n";
    let mut running = start(folder.path(), text);
    let events: Vec<_> = (0..3000).map(|_| locked()).collect();
    running.post(events.join("\n"));
    for _ in 0..3000 {
        running.line();
    }
    let said = running.said();
    assert!(said.contains("program_output") && said.contains("dropped because the output is too slow"), "{said}");
    running.signal(Signal::TERM);
    assert!(running.wait().success());
    fs::write(&pipe, "").unwrap();
    let said = running.said_until_the_end().join("\n");
    assert!(said.contains("program_output: alerts that still wait are given up"), "{said}");
}

#[test]
fn an_address_that_refuses_is_told() {
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut running = start(folder.path(), &format!("http_output: {{enabled: true, url: 'http://{address}/'}}\n"));
    running.post(locked());
    let said = running.said();
    assert!(said.contains("http_output: 1 alert not delivered: "), "{said}");
}

#[test]
fn nothing_is_printed_when_the_file_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let running = start(folder.path(), "stdout_output: {enabled: false}\n");
    running.post(locked());
    assert_eq!(running.stop().1, Vec::<String>::new());
}
