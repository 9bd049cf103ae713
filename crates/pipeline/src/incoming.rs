//! Where a running pipeline takes its events from: the receiver's inbox, or files.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use intake::{
    BatchLimits, FileError, FileEvent, FileEvents, FollowedFiles, Inbox, InputFiles, Limits, ReceivedEvent, Receiver,
    StateDirectory, Taken, VerificationToken,
};

use crate::{Settings, Source, StartError};

/// An open source of events.
pub(crate) enum Incoming {
    /// Events are posted into the inbox.
    Receiver(Receiver),
    /// Events are read as the host asks for them.
    Files(Box<FileEvents>),
    /// Events are read as they are written.
    Followed(Box<FollowedFiles>),
    /// The receiver was stopped; the inbox holds what is left.
    Stopped,
}

impl Incoming {
    pub(crate) fn open(
        settings: &Settings,
        source: &Source,
        inbox: &Arc<Inbox>,
        state: Option<&Arc<StateDirectory>>,
    ) -> Result<Self, StartError> {
        let listen = match source {
            Source::Webhook(listen) => listen.clone(),
            Source::Files(paths) => {
                let files = InputFiles::find(paths).map_err(StartError::Files)?;
                inbox.open();
                return Ok(Self::Files(Box::new(files.events())));
            }
            Source::Followed(pattern) => {
                let files = FollowedFiles::open(pattern, state.cloned()).map_err(StartError::Files)?;
                inbox.watch_instance(None);
                inbox.open();
                return Ok(Self::Followed(Box::new(files)));
            }
        };
        if settings.tokens.is_empty() {
            return Err(StartError::NoToken);
        }
        let tokens = settings.tokens.iter().map(|token| VerificationToken {
            secret: token.secret.clone(),
            instance: token.instance.as_deref().map(Arc::from),
        });
        let intake = intake::Settings {
            allowed_sources: settings.allowed_sources.clone(),
            trusted_proxies: settings.trusted_proxies.clone(),
            secrets_dir: settings.secrets_dir.clone(),
            client_authority: settings.client_authority.clone(),
            limits: Limits {
                body_bytes: u32::try_from(settings.max_event_size).unwrap_or(u32::MAX),
                connections: u32::try_from(settings.max_connections).unwrap_or(u32::MAX),
                ..Limits::default()
            },
            ..intake::Settings::new(listen, tokens.collect())
        };
        Ok(Self::Receiver(Receiver::start(intake, Arc::clone(inbox))?))
    }

    /// Moves events to the end of `events`, as many as `limits` allows; waits for the first, where waiting helps.
    pub(crate) fn take(
        &mut self,
        inbox: &Inbox,
        events: &mut Vec<ReceivedEvent>,
        limits: BatchLimits,
        wait: Duration,
    ) -> Taken {
        match self {
            Self::Receiver(_) | Self::Stopped => inbox.take(events, limits, wait),
            Self::Files(files) => read(files, inbox, events, limits),
            Self::Followed(files) => follow(files, inbox, events, limits, wait),
        }
    }

    pub(crate) fn stop(&mut self) {
        match std::mem::replace(self, Self::Stopped) {
            Self::Receiver(receiver) => receiver.stop(),
            // Whoever stops has dealt with what it was given.
            Self::Followed(mut files) => {
                if let Err(error) = files.save_now() {
                    tracing::warn!("{error}");
                }
            }
            Self::Files(_) | Self::Stopped => {}
        }
    }

    pub(crate) const fn local_address(&self) -> Option<SocketAddr> {
        match self {
            Self::Receiver(receiver) => Some(receiver.local_address()),
            Self::Files(_) | Self::Followed(_) | Self::Stopped => None,
        }
    }
}

/// Why reading stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stop {
    /// It is enough for once, or something is wrong in a file.
    Paused,
    /// Nothing more is there.
    NothingLeft,
}

/// Reads until the limits are reached or something is wrong in a file, so that a folder of rubbish does not hold up the host. Gives
/// how many bytes were read, too.
fn fill(
    events: &mut Vec<ReceivedEvent>,
    inbox: &Inbox,
    limits: BatchLimits,
    mut next: impl FnMut() -> Option<Result<FileEvent, FileError>>,
) -> (usize, Stop) {
    let mut bytes = 0;
    while events.len() < limits.events && bytes < limits.bytes {
        match next() {
            Some(Ok(read)) => {
                // What is ignored counts, too, so that a file full of it does not hold up the host.
                bytes += read.event.size();
                events.extend(inbox.pass(read.event));
            }
            Some(Err(error)) => {
                tracing::warn!("{error}");
                inbox.report_file(&error);
                break;
            }
            None => return (bytes, Stop::NothingLeft),
        }
    }
    (bytes, Stop::Paused)
}

fn read(files: &mut FileEvents, inbox: &Inbox, events: &mut Vec<ReceivedEvent>, limits: BatchLimits) -> Taken {
    let (_, stop) = fill(events, inbox, limits, || files.next());
    match (events.is_empty(), stop) {
        (false, _) => Taken::Events,
        (true, Stop::NothingLeft) => Taken::Closed,
        (true, Stop::Paused) => Taken::Nothing,
    }
}

/// Reads what is there; where that is nothing, waits a little for more, or for a problem or the end.
fn follow(
    files: &mut FollowedFiles,
    inbox: &Inbox,
    events: &mut Vec<ReceivedEvent>,
    limits: BatchLimits,
    wait: Duration,
) -> Taken {
    // The host asks for more, so what it was given before is dealt with.
    if let Err(error) = files.save() {
        tracing::warn!("{error}");
        inbox.report(error.kind(), || error.to_string());
    }
    let (bytes, _) = fill(events, inbox, limits, || files.next_event());
    match (events.is_empty(), bytes) {
        (false, _) => Taken::Events,
        (true, 0) => inbox.take(events, limits, wait.min(files.patience())),
        // All that was read is ignored, and there may be more.
        (true, _) => Taken::Nothing,
    }
}

impl std::fmt::Debug for Incoming {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Receiver(_) => "Receiver",
            Self::Files(_) => "Files",
            Self::Followed(_) => "Followed",
            Self::Stopped => "Stopped",
        })
    }
}
