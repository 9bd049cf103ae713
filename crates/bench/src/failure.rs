//! Why a measurement could not be made.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

/// What went wrong, and what to do about it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error("there is no case {0}; `bench load --list` shows them")]
    UnknownCase(String),
    #[error("{0} of the cases could not be measured, for the reasons above")]
    Cases(usize),
    #[error("interrupted")]
    Interrupted,
    #[error("cannot build falco-gitlab: `{command}` ended with {status}; build it by hand and give --bin")]
    Build { command: String, status: String },
    #[error("{doing}: {cause}")]
    System { doing: &'static str, cause: io::Error },
    #[error("cannot start {}: {cause}", program.display())]
    Start { program: PathBuf, cause: io::Error },
    #[error("{address} is taken: end the program that listens there, which would be measured instead of the host")]
    Taken { address: SocketAddr },
    #[error("the host did not take connections within {waited:?}; it said:\n{said}")]
    NotReady { waited: Duration, said: String },
    #[error("the host ended while it was measured; it said:\n{said}")]
    HostEnded { said: String },
    #[error(
        "{connections} connections need {needed} file descriptors and this process may have {limit}; raise the limit \
         (`ulimit -n {needed}`) or ask for fewer --connections"
    )]
    Descriptors { connections: u32, needed: u64, limit: u64 },
    #[error(
        "no local port is left, on any of {addresses} loopback addresses: too many closed connections still wait \
         (TIME_WAIT); wait a minute, or widen net.ipv4.ip_local_port_range"
    )]
    Ports { addresses: u8 },
    #[error("cannot make a certificate: {0}")]
    Certificate(rcgen::Error),
    #[error("cannot use the certificate: {0}")]
    Tls(#[from] rustls::Error),
    #[error(transparent)]
    ServedTls(#[from] intake::TlsError),
    #[error("the plugin in the stand-in for Falco: {0:#}")]
    Plugin(falco_plugin::anyhow::Error),
    #[error("--url must be http:// or https://, an address, a port and a path, such as http://127.0.0.1:8765/gitlab")]
    Url,
    #[error("{0} cannot be measured with Falco: it is about another host")]
    NotForFalco(&'static str),
    #[error("no {0} was given, and this case needs it")]
    NoProgram(&'static str),
    #[error("nothing was answered: {0}")]
    NoAnswer(String),
    #[error("the queue did not do what was measured: {0}")]
    Queue(String),
    #[error("a replay was given {given} events and counted {read:?}")]
    Replayed { read: Option<u64>, given: u64 },
    #[error("the host's metrics cannot be read: {0}")]
    Metrics(String),
    #[error("fewer than half of the connections began with a ticket of the one before, and this case is about them")]
    NoTickets,
    #[error("the host has ended, and somebody keeps its standard output open, so that its alerts have no end")]
    OutputOpen,
    #[error("the posting did not end in time: the host took bytes and gave no answers")]
    Stuck,
}

impl Failure {
    /// For an error of the system, by what was being done.
    pub(crate) fn system(doing: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |cause| Self::System { doing, cause }
    }
}
