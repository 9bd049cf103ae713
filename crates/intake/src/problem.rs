//! What went wrong on the way in: counted for each kind, handed on at most once in ten seconds.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long a kind of problem stays silent after it was handed out.
pub const PROBLEM_INTERVAL: Duration = Duration::from_secs(10);

/// The longest message kept, in bytes.
const MAX_MESSAGE_BYTES: usize = 512;

/// A kind of problem, named so that an operator can look it up and a rule can match it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProblemKind {
    /// A request without the right token.
    Unauthorized,
    /// A request from an address that is not among those allowed.
    SourceForbidden,
    /// A body, or a part of it, that is not an audit event.
    MalformedBody,
    /// A body above the limit.
    BodyTooLarge,
    /// A body that ended too early or took too long.
    BodyIncomplete,
    /// Events let go because the host takes them more slowly than they come.
    Shed,
    /// Events that could not be written to the spool and are in memory only.
    SpoolFailed,
    /// A place in the spool that cannot be read.
    SpoolDamaged,
    /// A TLS handshake that failed; often the sender does not trust the certificate.
    TlsHandshake,
    /// The system refused to accept a connection, for example for want of file descriptors.
    AcceptFailed,
    /// A certificate that ends soon, or that was changed into something unusable.
    Certificate,
    /// A file with a secret was changed into something unusable.
    Secret,
    /// A file, or a part of it, that is not an audit event.
    MalformedFile,
    /// A file that cannot be opened or read.
    UnreadableFile,
    /// A database, an address list or the state of the trackers cannot be used.
    Enrichment,
}

impl ProblemKind {
    /// Every kind, in the order of declaration.
    pub const ALL: [Self; 15] = [
        Self::Unauthorized,
        Self::SourceForbidden,
        Self::MalformedBody,
        Self::BodyTooLarge,
        Self::BodyIncomplete,
        Self::Shed,
        Self::SpoolFailed,
        Self::SpoolDamaged,
        Self::TlsHandshake,
        Self::AcceptFailed,
        Self::Certificate,
        Self::Secret,
        Self::MalformedFile,
        Self::UnreadableFile,
        Self::Enrichment,
    ];

    /// The name, as in `gitlab.pluginerror.kind`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unauthorized => "unauthorized",
            Self::SourceForbidden => "source_forbidden",
            Self::MalformedBody => "malformed_body",
            Self::BodyTooLarge => "body_too_large",
            Self::BodyIncomplete => "body_incomplete",
            Self::Shed => "shed",
            Self::SpoolFailed => "spool_failed",
            Self::SpoolDamaged => "spool_damaged",
            Self::TlsHandshake => "tls_handshake",
            Self::AcceptFailed => "accept_failed",
            Self::Certificate => "certificate",
            Self::Secret => "secret",
            Self::MalformedFile => "malformed_file",
            Self::UnreadableFile => "unreadable_file",
            Self::Enrichment => "enrichment",
        }
    }
}

/// Problems of one kind since the last time they were handed out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What kind.
    pub kind: ProblemKind,
    /// The first of them, in a sentence that is safe to show: no token, nothing of a body.
    pub message: String,
    /// How many, at least one.
    pub count: u64,
}

/// Counts problems and decides when the host hears of them.
///
/// Its memory is bounded by the number of kinds, whatever a sender does.
#[derive(Debug, Default)]
pub(crate) struct ProblemLog {
    kinds: Mutex<[Pending; ProblemKind::ALL.len()]>,
}

#[derive(Debug, Default)]
struct Pending {
    count: u64,
    message: String,
    handed_out: Option<Instant>,
}

/// Whether a report is the first of its kind since the last time the kind was handed out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Report {
    First,
    Repeated,
}

impl ProblemLog {
    /// Counts `count` problems, at least one. `message` is asked for only when it will be shown, so that a flood costs next
    /// to nothing.
    pub(crate) fn report_many(&self, kind: ProblemKind, count: u64, message: impl FnOnce() -> String) -> Report {
        let mut kinds = self.lock();
        let pending = &mut kinds[kind as usize];
        let is_first = pending.count == 0;
        pending.count += count;
        if !is_first {
            return Report::Repeated;
        }
        pending.message = message();
        pending.message.truncate(pending.message.floor_char_boundary(MAX_MESSAGE_BYTES));
        Report::First
    }

    /// See [`Inbox::due_problems`](crate::Inbox::due_problems).
    pub(crate) fn due(&self, now: Instant) -> Vec<Problem> {
        let mut kinds = self.lock();
        ProblemKind::ALL.into_iter().filter_map(|kind| kinds[kind as usize].hand_out(kind, now)).collect()
    }

    fn lock(&self) -> MutexGuard<'_, [Pending; ProblemKind::ALL.len()]> {
        // A panic in a caller's `message` leaves at worst an empty message.
        self.kinds.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pending {
    fn hand_out(&mut self, kind: ProblemKind, now: Instant) -> Option<Problem> {
        let too_early = self.handed_out.is_some_and(|last| now.saturating_duration_since(last) < PROBLEM_INTERVAL);
        if self.count == 0 || too_early {
            return None;
        }
        self.handed_out = Some(now);
        Some(Problem { kind, message: std::mem::take(&mut self.message), count: std::mem::take(&mut self.count) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(log: &ProblemLog, kind: ProblemKind, message: &str) -> Report {
        log.report_many(kind, 1, || message.to_owned())
    }

    #[test]
    fn the_first_problem_is_due_at_once() {
        let log = ProblemLog::default();
        assert_eq!(report(&log, ProblemKind::Unauthorized, "no token"), Report::First);
        let expected = Problem { kind: ProblemKind::Unauthorized, message: "no token".to_owned(), count: 1 };
        assert_eq!(log.due(Instant::now()), [expected]);
    }

    #[test]
    fn later_ones_come_as_one_with_their_count_when_ten_seconds_are_over() {
        let (log, start) = (ProblemLog::default(), Instant::now());
        report(&log, ProblemKind::Unauthorized, "first");
        log.due(start);
        for _ in 0..1000 {
            report(&log, ProblemKind::Unauthorized, "again");
        }
        assert_eq!(log.due(start + Duration::from_millis(9_999)), []);
        let expected = Problem { kind: ProblemKind::Unauthorized, message: "again".to_owned(), count: 1000 };
        assert_eq!(log.due(start + PROBLEM_INTERVAL), [expected]);
        assert_eq!(log.due(start + 3 * PROBLEM_INTERVAL), []);
    }

    #[test]
    fn kinds_do_not_silence_each_other() {
        let (log, start) = (ProblemLog::default(), Instant::now());
        report(&log, ProblemKind::Unauthorized, "a");
        log.due(start);
        report(&log, ProblemKind::Unauthorized, "b");
        report(&log, ProblemKind::MalformedBody, "c");
        let due: Vec<_> = log.due(start).into_iter().map(|problem| problem.kind).collect();
        assert_eq!(due, [ProblemKind::MalformedBody]);
    }

    #[test]
    fn a_repeated_problem_does_not_even_build_its_message() {
        let log = ProblemLog::default();
        report(&log, ProblemKind::Shed, "first");
        assert_eq!(log.report_many(ProblemKind::Shed, 1, || panic!("built")), Report::Repeated);
    }

    #[test]
    fn a_long_message_is_cut_between_characters() {
        let log = ProblemLog::default();
        report(&log, ProblemKind::MalformedBody, &"ä€".repeat(1000));
        let message = &log.due(Instant::now())[0].message;
        assert!(message.len() <= MAX_MESSAGE_BYTES && message.starts_with("ä€ä€"));
    }

    #[test]
    fn every_kind_has_its_own_place_and_name() {
        for (place, kind) in ProblemKind::ALL.into_iter().enumerate() {
            assert_eq!(kind as usize, place);
            assert!(kind.as_str().bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'));
        }
        let names: std::collections::HashSet<_> = ProblemKind::ALL.map(ProblemKind::as_str).into();
        assert_eq!(names.len(), ProblemKind::ALL.len());
    }
}
