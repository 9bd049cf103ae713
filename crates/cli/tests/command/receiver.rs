//! A running `falco-gitlab run`, and what it writes.

use std::{
    io::{BufRead, BufReader, Read},
    process::{Child, Command, ExitStatus, Stdio},
    sync::{
        atomic::{AtomicU64, Ordering},
        mpsc::{Receiver, RecvTimeoutError, channel},
    },
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

/// The command under test.
pub(crate) const COMMAND: &str = env!("CARGO_BIN_EXE_falco-gitlab");

/// How long anything may take that must happen. A machine under load takes long; a test that fails waits this long once.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// A token for tests.
pub(crate) const TOKEN: &str = "test-token-0123456789ab";

/// A started `falco-gitlab run`; killed when it goes out of scope.
pub(crate) struct Running {
    child: Child,
    stdout: Option<Lines>,
    stderr: Lines,
    /// What it said until it was ready.
    pub(crate) welcome: String,
    /// Where it listens.
    pub(crate) url: String,
}

impl Running {
    /// Starts it on a free port with [`TOKEN`] and waits until it listens.
    pub(crate) fn start(arguments: &[&str]) -> Self {
        Self::start_exactly(&[&["--listen", "http://127.0.0.1:0/gitlab", "--token", TOKEN], arguments].concat())
    }

    /// Starts it with these arguments alone and waits until it listens.
    pub(crate) fn start_exactly(arguments: &[&str]) -> Self {
        Self::spawn(Command::new(COMMAND).arg("run").args(arguments).stdout(Stdio::piped()))
    }

    /// Starts a prepared command, without standard input, and waits until it listens.
    pub(crate) fn spawn(command: &mut Command) -> Self {
        Self::spawn_with_input(command.stdin(Stdio::null()))
    }

    /// Starts a prepared command with the standard input it was given, and waits until it listens.
    pub(crate) fn spawn_with_input(command: &mut Command) -> Self {
        let mut child = command.stderr(Stdio::piped()).env("FALCO_HOSTNAME", "test-host").spawn().unwrap();
        let stdout = child.stdout.take().map(Lines::of);
        let stderr = Lines::of(child.stderr.take().unwrap());
        let mut running = Self { child, stdout, stderr, welcome: String::new(), url: String::new() };
        while running.url.is_empty() {
            let line = running.stderr.next().unwrap_or_else(|| panic!("ended before it listened: {}", running.welcome));
            let url = line.split_once(" listens on ").and_then(|(_, rest)| rest.split(' ').next());
            url.unwrap_or_default().clone_into(&mut running.url);
            running.welcome.push_str(&line);
            running.welcome.push('\n');
        }
        running
    }

    /// Posts a body with [`TOKEN`]; gives the status.
    pub(crate) fn post(&self, body: impl AsRef<[u8]>) -> u16 {
        self.post_with(TOKEN, body)
    }

    /// Posts a body with a token.
    pub(crate) fn post_with(&self, token: &str, body: impl AsRef<[u8]>) -> u16 {
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .proxy(None)
            .timeout_global(Some(PATIENCE))
            .build()
            .into();
        let request = agent.post(&self.url).header("X-Gitlab-Event-Streaming-Token", token);
        request.send(body.as_ref()).unwrap().status().as_u16()
    }

    /// The next line on standard output.
    pub(crate) fn line(&mut self) -> String {
        self.stdout.as_mut().unwrap().next().expect("standard output ended")
    }

    /// The next line on standard output, as JSON.
    pub(crate) fn alert(&mut self) -> Value {
        serde_json::from_str(&self.line()).unwrap()
    }

    /// The next line on standard error.
    pub(crate) fn said(&mut self) -> String {
        self.stderr.next().expect("standard error ended")
    }

    /// Nobody reads standard output any more.
    pub(crate) fn close_output(&mut self) {
        self.stdout = None;
    }

    /// Sends a signal.
    pub(crate) fn signal(&mut self, signal: Signal) {
        if self.is_running() {
            kill_process(Pid::from_child(&self.child), signal).unwrap();
        }
    }

    /// Whether it has not ended.
    pub(crate) fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Posts a body if there is still somebody to take it.
    pub(crate) fn try_post(&self, body: &str) {
        let agent: ureq::Agent =
            ureq::Agent::config_builder().proxy(None).timeout_global(Some(PATIENCE)).build().into();
        let _ = agent.post(&self.url).header("X-Gitlab-Event-Streaming-Token", TOKEN).send(body);
    }

    /// Waits for the end.
    pub(crate) fn wait(&mut self) -> ExitStatus {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(Instant::now() < deadline, "it does not end");
            thread::yield_now();
        }
    }

    /// Ends it with SIGTERM; gives its exit status and the lines that were left on standard output.
    pub(crate) fn stop(mut self) -> (ExitStatus, Vec<String>) {
        self.signal(Signal::TERM);
        let status = self.wait();
        (status, self.rest())
    }

    /// After the end: the lines that were left on standard output.
    pub(crate) fn rest(&mut self) -> Vec<String> {
        self.stdout.take().map(Lines::rest).unwrap_or_default()
    }

    /// Ends it with SIGTERM; gives what was left on standard error.
    pub(crate) fn stop_and_listen(mut self) -> Vec<String> {
        self.signal(Signal::TERM);
        self.wait();
        self.said_until_the_end()
    }

    /// After the end: what was left on standard error.
    pub(crate) fn said_until_the_end(&mut self) -> Vec<String> {
        let mut lines = Vec::new();
        while let Some(line) = self.stderr.next() {
            lines.push(line);
        }
        lines
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Lines of a stream, read by a thread so that a wait can end.
struct Lines(Receiver<String>);

impl Lines {
    fn of(stream: impl Read + Send + 'static) -> Self {
        #[expect(clippy::disallowed_methods, reason = "the process under test ends, and what it writes with it")]
        let (sender, lines) = channel();
        thread::spawn(move || {
            for line in BufReader::new(stream).split(b'\n').map_while(Result::ok) {
                if sender.send(String::from_utf8(line).unwrap()).is_err() {
                    return;
                }
            }
        });
        Self(lines)
    }

    fn next(&mut self) -> Option<String> {
        match self.0.recv_timeout(PATIENCE) {
            Ok(line) => Some(line),
            Err(RecvTimeoutError::Disconnected) => None,
            Err(RecvTimeoutError::Timeout) => panic!("nothing was written"),
        }
    }

    fn rest(self) -> Vec<String> {
        self.0.iter().collect()
    }
}

/// Runs the command to its end; gives its exit code, standard output and standard error.
pub(crate) fn run_to_end(arguments: &[&str]) -> (i32, String, String) {
    run_with_input(arguments, "")
}

/// Runs the command to its end with a text on standard input.
pub(crate) fn run_with_input(arguments: &[&str], input: impl AsRef<[u8]>) -> (i32, String, String) {
    use std::io::Write as _;
    let mut child = Command::new(COMMAND)
        .args(arguments)
        .env("FALCO_HOSTNAME", "test-host")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.as_ref().to_owned();
    let writer = thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

/// An event of a type with a number of its own, and with further members.
pub(crate) fn event(event_type: &str, further: &Value) -> String {
    static NUMBER: AtomicU64 = AtomicU64::new(1);
    let mut event = serde_json::json!({
        "id": NUMBER.fetch_add(1, Ordering::Relaxed), "author_id": 7, "entity_id": 3, "entity_type": "User", "event_type": event_type,
        "created_at": "2023-11-14T22:13:21.500Z", "details": {"author_name": "root", "target_details": "sidney"},
    });
    merge(&mut event, further);
    event.to_string()
}

fn merge(into: &mut Value, further: &Value) {
    match (into, further) {
        (Value::Object(into), Value::Object(further)) => {
            for (key, value) in further {
                merge(into.entry(key).or_insert(Value::Null), value);
            }
        }
        (into, further) => *into = further.clone(),
    }
}
