//! `falco-gitlab send`: what GitLab would send, and what is said about failures.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    thread,
};

use serde_json::json;

use crate::receiver::{Running, TOKEN, event, run_to_end, run_with_input};

#[test]
fn requests_look_like_those_of_gitlab() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/gitlab", listener.local_addr().unwrap());
    let server = thread::spawn(move || {
        // A new connection for each of the two events.
        [(); 2].map(|()| {
            let (mut stream, _) = listener.accept().unwrap();
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let head: Vec<String> =
                reader.by_ref().lines().map(Result::unwrap).take_while(|line| !line.is_empty()).collect();
            let length =
                head.iter().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
            let mut body = vec![0; length.unwrap()];
            reader.read_exact(&mut body).unwrap();
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").unwrap();
            (head, String::from_utf8(body).unwrap())
        })
    });
    let body = r#"{ "event_type":"x_created", "a": "b & c + %41=" }"#;
    let (code, out, said) = run_with_input(&["send", "-", "--to", &url, "--token", TOKEN], format!("{body}\n{{}}\n"));
    assert_eq!((code, out.as_str(), said.as_str()), (0, "", "2 accepted, 0 not accepted\n"));
    let [(head, sent), (second, _)] = server.join().unwrap();
    assert_eq!(sent, body, "byte for byte");
    assert_eq!(head[0], "POST /gitlab HTTP/1.1");
    let has = |head: &[String], header: &str| head.iter().any(|line| line.eq_ignore_ascii_case(header));
    for header in [
        "Content-Type: application/x-www-form-urlencoded",
        "X-Gitlab-Audit-Event-Type: x_created",
        "Connection: close",
        &format!("X-Gitlab-Event-Streaming-Token: {TOKEN}"),
    ] {
        assert!(has(&head, header), "{header}: {head:?}");
    }
    assert!(!second.iter().any(|line| line.to_lowercase().starts_with("x-gitlab-audit-event-type")), "{second:?}");
}

#[test]
fn what_is_sent_raises_alerts() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("events.json");
    fs::write(&file, format!("[{},\n{}]", event("user_access_locked", &json!({})), event("add_gpg_key", &json!({}))))
        .unwrap();
    let token = folder.path().join("token");
    fs::write(&token, format!("{TOKEN}\n")).unwrap();
    let mut running = Running::start(&[]);
    let token = format!("file:{}", token.display());
    let (code, _, said) = run_to_end(&["send", file.to_str().unwrap(), "--to", &running.url, "--token", &token]);
    assert_eq!((code, said.as_str()), (0, "2 accepted, 0 not accepted\n"));
    assert_eq!(running.alert()["rule"], "GitLab account locked");
    assert_eq!(running.alert()["rule"], "GitLab SSH, GPG or deploy key added");
}

#[test]
fn a_refused_event_is_told_with_its_line() {
    let running = Running::start(&[]);
    let arguments = ["send", "-", "--to", &running.url, "--token", "another-token-01234"];
    let (code, _, said) = run_with_input(&arguments, "{\"a\":1}\nnot json\n");
    assert_eq!(code, 1);
    assert_eq!(
        said,
        "-:1: the receiver answered 401 Unauthorized\n-:2: not JSON\n0 accepted, 1 not accepted, 1 not read\n"
    );
}

#[test]
fn nobody_listening_is_told() {
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = format!("http://{address}/");
    let (code, _, said) = run_with_input(&["send", "-", "--to", &url, "--token", TOKEN], "{}");
    assert_eq!(code, 1);
    assert!(said.starts_with("-:1: ") && said.contains("refused"), "{said}");
}

#[test]
fn mistakes_name_the_flag() {
    for (arguments, expected) in [
        (["send", "-", "--to", "ftp://x/", "--token", TOKEN], "--to: "),
        (["send", "-", "--to", "http://127.0.0.1:1/", "--token", "a b"], "--token: "),
        (["send", "-", "--to", "http://127.0.0.1:1/", "--token", "env:NOT_SET_ANYWHERE"], "--token: "),
    ] {
        let (code, _, said) = run_to_end(&arguments);
        assert_eq!(code, 2, "{arguments:?}");
        assert!(said.starts_with(&format!("falco-gitlab: {expected}")) && said.lines().count() == 1, "{said}");
    }
    let arguments = ["send", "-", "--to", "https://x/", "--token", TOKEN, "--ca-cert", "/nonexistent"];
    let (code, _, said) = run_to_end(&arguments);
    assert_eq!(code, 2);
    assert!(said.starts_with("falco-gitlab: --ca-cert: /nonexistent"), "{said}");
}
