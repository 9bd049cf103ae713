//! A receiver under test.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use intake::{
    BatchLimits, Inbox, Limits, Problem, ProblemKind, ReceivedEvent, Receiver, Secret, Settings, VerificationToken,
};

use crate::client::{Answer, Client, post};

pub(crate) const TOKEN: &str = "aB+/5678901234567890";

pub(crate) struct Server {
    pub(crate) receiver: Receiver,
    pub(crate) inbox: Arc<Inbox>,
}

/// Settings for `url`, with the right token.
pub(crate) fn settings(url: &str) -> Settings {
    let token = VerificationToken { secret: Secret::new(TOKEN).unwrap(), instance: Some("gitlab.example".into()) };
    Settings::new(url.parse().unwrap(), vec![token])
}

impl Server {
    pub(crate) fn start() -> Self {
        Self::with_limits(Limits::default())
    }

    pub(crate) fn with_limits(limits: Limits) -> Self {
        Self::with(Settings { limits, ..settings("http://127.0.0.1:0/") }, Inbox::default())
    }

    pub(crate) fn with(settings: Settings, inbox: Inbox) -> Self {
        let inbox = Arc::new(inbox);
        let receiver = Receiver::start(settings, Arc::clone(&inbox)).unwrap();
        Self { receiver, inbox }
    }

    pub(crate) fn connect(&self) -> Client {
        Client::connect(self.receiver.local_address())
    }

    /// Sends one request over a connection of its own, as GitLab does.
    pub(crate) fn request(&self, bytes: impl AsRef<[u8]>) -> Answer {
        self.connect().request(bytes)
    }

    pub(crate) fn post(&self, body: impl AsRef<[u8]>) -> Answer {
        self.request(post(body.as_ref()))
    }

    /// The events in the queue now.
    pub(crate) fn events(&self) -> Vec<ReceivedEvent> {
        let mut batch = Vec::new();
        let all = BatchLimits { events: usize::MAX, bytes: usize::MAX };
        self.inbox.take(&mut batch, all, Duration::ZERO);
        batch
    }

    /// Their texts.
    pub(crate) fn texts(&self) -> Vec<String> {
        self.events().into_iter().map(|event| event.json.into()).collect()
    }

    /// The problems due now.
    pub(crate) fn problems(&self) -> Vec<Problem> {
        self.inbox.due_problems(Instant::now())
    }

    /// Waits for the one problem due, of a kind that is known only after the answer or without one.
    pub(crate) fn wait_for_problem(&self) -> Problem {
        let mut problems = Vec::new();
        eventually("a problem", || {
            problems = self.problems();
            !problems.is_empty()
        });
        assert_eq!(problems.len(), 1, "{problems:?}");
        problems.remove(0)
    }

    pub(crate) fn metric(&self, name: &str) -> u64 {
        let metrics = self.inbox.metrics();
        metrics.iter().find(|metric| metric.name == name).unwrap_or_else(|| panic!("no metric {name}")).value
    }

    /// The requests and events rejected or dropped, by cause, leaving out what is 0.
    pub(crate) fn rejected(&self) -> Vec<(&'static str, u64)> {
        let metrics = self.inbox.metrics();
        let is_cause = |name: &str| name.contains("rejected") || name.contains("shed");
        metrics.iter().filter(|m| m.value > 0 && is_cause(m.name)).map(|m| (m.name, m.value)).collect()
    }

    pub(crate) fn problem_kinds(&self) -> Vec<ProblemKind> {
        self.problems().into_iter().map(|problem| problem.kind).collect()
    }
}

/// Polls `condition` until it holds; fails the test when it does not within a generous time.
pub(crate) fn eventually(what: &str, mut condition: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !condition() {
        assert!(Instant::now() < deadline, "waited in vain for {what}");
        thread::yield_now();
    }
}
