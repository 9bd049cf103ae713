//! The host's process: started, watched, ended.

use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::falco::Falco;
use super::guard::guarded;
use super::output::LastWords;
use super::setup::{Setup, Target};
use crate::case::Case;
use crate::clock::Clock;
use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::measure::{Alert, AlertReader, HostMetrics, ProcessUsage, is_ready};
use crate::workplace::Workplace;

const START: Duration = Duration::from_secs(30);
const STOP: Duration = Duration::from_secs(20);
const POLL: Duration = Duration::from_millis(5);

/// The programs that cases need.
#[derive(Debug, Default)]
pub(crate) struct Programs {
    pub(crate) standalone: Option<PathBuf>,
    pub(crate) falco: Option<Falco>,
}

impl Programs {
    pub(super) fn standalone(&self) -> Result<&Path, Failure> {
        self.standalone.as_deref().ok_or(Failure::NoProgram("falco-gitlab"))
    }

    pub(super) fn falco(&self) -> Result<&Falco, Failure> {
        self.falco.as_ref().ok_or(Failure::NoProgram("Falco"))
    }
}

/// A host that receives events. Dropping it kills it.
#[derive(Debug)]
pub(crate) struct Host {
    child: Child,
    pub(crate) target: Target,
    pub(crate) admin_address: Option<SocketAddr>,
    alerts: Option<AlertReader>,
    said: Option<LastWords>,
}

impl Host {
    /// Starts the host of this case and waits until it receives.
    pub(crate) fn start(
        case: &Case,
        programs: &Programs,
        workplace: &Workplace,
        clock: Clock,
        interrupt: &Interrupt,
    ) -> Result<Self, Failure> {
        let setup = Setup::new(case, programs, workplace)?;
        // Else whoever is there would be measured in the host's place.
        for address in std::iter::once(setup.target.address).chain(setup.admin_address) {
            if TcpStream::connect(address).is_ok() {
                return Err(Failure::Taken { address });
            }
        }
        let mut host = Self::spawn(setup, clock)?;
        host.wait_until_ready(interrupt)?;
        Ok(host)
    }

    fn spawn(setup: Setup, clock: Clock) -> Result<Self, Failure> {
        let mut child = guarded(&setup.command)?
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|cause| Failure::Start { program: PathBuf::from(&setup.command[0]), cause })?;
        let said = child.stderr.take().map(LastWords::of);
        let output = child.stdout.take().map(|output| AlertReader::start(output, clock));
        let alerts = output.transpose().map_err(Failure::system("starting a thread for alerts"))?;
        Ok(Self { child, target: setup.target, admin_address: setup.admin_address, alerts, said })
    }

    fn wait_until_ready(&mut self, interrupt: &Interrupt) -> Result<(), Failure> {
        let deadline = Instant::now() + START;
        loop {
            let ready = match self.admin_address {
                Some(admin) => is_ready(admin),
                None => TcpStream::connect(self.target.address).is_ok(),
            };
            if ready {
                return Ok(());
            }
            self.check()?;
            interrupt.check()?;
            if Instant::now() >= deadline {
                return Err(Failure::NotReady {
                    waited: START,
                    said: self.said.as_ref().map(LastWords::so_far).unwrap_or_default(),
                });
            }
            thread::park_timeout(POLL);
        }
    }

    /// Fails where the host has ended.
    pub(crate) fn check(&mut self) -> Result<(), Failure> {
        match self.child.try_wait() {
            Ok(None) => Ok(()),
            _ => Err(Failure::HostEnded { said: self.said.as_ref().map(LastWords::to_the_end).unwrap_or_default() }),
        }
    }

    pub(crate) fn usage(&self) -> Result<ProcessUsage, Failure> {
        ProcessUsage::of(self.child.id()).map_err(Failure::system("reading what the host has used"))
    }

    /// Its own counts, where it has them.
    pub(crate) fn metrics(&self) -> Result<Option<HostMetrics>, Failure> {
        self.admin_address.map(HostMetrics::read).transpose()
    }

    /// How many alerts about posted events have come.
    pub(crate) fn alerts_seen(&self) -> u64 {
        self.alerts.as_ref().map_or(0, AlertReader::seen)
    }

    /// Ends it as its user would, and gives its alerts.
    pub(crate) fn stop(mut self) -> Result<Vec<Alert>, Failure> {
        self.check()?;
        let id = Pid::from_child(&self.child);
        kill_process(id, Signal::INT)
            .map_err(|error| Failure::System { doing: "ending the host", cause: error.into() })?;
        let deadline = Instant::now() + STOP;
        while self.child.try_wait().map_err(Failure::system("waiting for the host"))?.is_none() {
            if Instant::now() >= deadline {
                self.child.kill().map_err(Failure::system("killing the host"))?;
            }
            thread::park_timeout(POLL);
        }
        self.alerts.take().map_or_else(|| Ok(Vec::new()), AlertReader::finish)
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        // Both fail only where it has ended.
        _ = self.child.kill();
        _ = self.child.wait();
    }
}
