//! How audit events arrive safely: webhook receiver, files, authentication.
//!
//! A [`Receiver`] answers GitLab's posts and puts their events into an [`Inbox`], from which one host takes them; nothing
//! a sender does can make it wait, stop or grow without bound. [`InputFiles`] are read for replay, one event at a time.

mod event;
mod files;
mod inbox;
mod listen;
mod metrics;
mod problem;
mod queue;
mod receiver;
mod secret;
mod tls;

pub use event::ReceivedEvent;
pub use files::{FileError, FileEvent, FileEvents, FileProblem, InputFiles, Progress};
pub use inbox::Inbox;
pub use listen::{Host, Listen, ListenError, Scheme, ServedPath};
pub use metrics::{Metric, MetricKind};
pub use problem::{PROBLEM_INTERVAL, Problem, ProblemKind, ProblemLog};
pub use queue::{BatchLimits, Refused, Taken};
pub use receiver::{Limits, Receiver, Settings, StartError, VerificationToken};
pub use secret::{Secret, SecretError};
pub use tls::TlsError;
