//! How audit events arrive safely: webhook receiver, files, authentication.
//!
//! A [`Receiver`] answers GitLab's posts and puts their events into an [`Inbox`], from which one host takes them; nothing
//! a sender does can make it wait, stop or grow without bound. [`InputFiles`] are read for replay, one event at a time.
//!
//! ```
//! use std::sync::Arc;
//! use std::time::{Duration, Instant};
//!
//! use intake::{BatchLimits, Inbox, Receiver, Secret, Settings, Taken, VerificationToken};
//!
//! let inbox = Arc::new(Inbox::default());
//! let receiver = Receiver::start(
//!     Settings::new(
//!         "http://localhost:0/gitlab".parse()?,
//!         vec![VerificationToken { secret: Secret::new("Kx3v-q9TzR2mW7pLc5Yd")?, instance: None }],
//!     ),
//!     Arc::clone(&inbox),
//! )?;
//!
//! let mut batch = Vec::new();
//! let taken = inbox.take(&mut batch, BatchLimits { events: 100, bytes: 1024 * 1024 }, Duration::ZERO);
//! assert_eq!(taken, Taken::Nothing); // nobody has sent anything yet
//! assert!(inbox.due_problems(Instant::now()).is_empty());
//!
//! receiver.stop();
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod admin;
mod arrival;
mod certificate_expiry;
mod duplicates;
mod event;
mod files;
mod fingerprint;
mod inbox;
mod instances;
mod latency;
mod listen;
mod metrics;
mod networks;
mod problem;
mod queue;
mod receiver;
mod regular_file;
mod reload;
mod secret;
mod secret_file;
mod shed;
mod spool;
mod state_directory;
mod tls;
mod worth;

pub use admin::{AdminAddress, AdminAddressError, AdminServer};
pub use event::ReceivedEvent;
pub use files::{FileChunk, FileError, FileEvent, FileEvents, FileProblem, FollowedFiles, InputFiles, Progress};
pub use inbox::{Ignore, Inbox, InboxSettings, SpoolSettings};
pub use instances::InstanceActivity;
pub use listen::{Host, Listen, ListenError, Scheme, ServedPath};
pub use metrics::{Metric, MetricKind};
pub use networks::{Networks, NetworksError};
pub use problem::{PROBLEM_INTERVAL, Problem, ProblemKind};
pub use queue::{BatchLimits, Refused, Taken};
pub use receiver::{Limits, Receiver, Settings, StartError, VerificationToken, inherit_socket};
pub use secret::{Secret, SecretError};
pub use secret_file::SecretFileError;
pub use spool::SpoolError;
pub use state_directory::{StateDirectory, StateDirectoryError};
pub use tls::{TlsError, TlsFiles};
