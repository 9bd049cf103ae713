//! Posts requests on many connections until the time is over.

use std::cell::{Cell, RefCell};
use std::io;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use tokio::runtime;
use tokio::task::LocalSet;

use super::connect::{Connector, SOURCES};
use super::connection::Connection;
use super::pace::Pacer;
use super::sent::{Outcome, Sent};
use super::throttle::Throttle;
use super::timestamp::TimestampText;
use crate::case::{ConnectionKind, Handshake, Pace, Transport};
use crate::clock::Clock;
use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::traffic::Pool;

/// Longer than any time limit of a host for one request.
const LAST_ANSWERS: Duration = Duration::from_secs(20);

/// How long a connection waits for the host to catch up.
const THROTTLED: Duration = Duration::from_millis(1);

/// So many failures of one connection one after another, and it gives up.
const MOST_FAILURES: u32 = 20;

/// What is to be posted, where, how and for how long.
#[derive(Debug)]
pub(crate) struct Posting {
    pub(crate) address: SocketAddr,
    pub(crate) connection: ConnectionKind,
    pub(crate) transport: Transport,
    pub(crate) connections: u32,
    pub(crate) pool: Rc<Pool>,
    pub(crate) events_per_request: u32,
    pub(crate) pace: Pace,
    pub(crate) throttle: Option<Throttle>,
    pub(crate) length: Duration,
    pub(crate) clock: Clock,
    pub(crate) interrupt: Interrupt,
}

/// What all connections share.
struct Shared {
    posting: Posting,
    pacer: Pacer,
    next: Cell<u64>,
    sent: RefCell<Vec<Sent>>,
    /// Connections that began with a ticket.
    resumed: Cell<u64>,
    problem: RefCell<Option<io::Error>>,
}

/// Posts, and gives what became of each request.
pub(crate) fn post(posting: Posting) -> Result<Vec<Sent>, Failure> {
    let runtime = runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(Failure::system("starting the sender"))?;
    let start = Instant::now();
    let end = start + posting.length;
    let pacer = match posting.pace {
        Pace::PerSecond(rate) => Pacer::fixed(start, end, rate).map_err(Failure::system("starting the pace"))?,
        Pace::AsFastAsAnswered | Pace::Idle => Pacer::AsFastAsAnswered { end },
    };
    let connections = posting.connections;
    let (next, sent, resumed, problem) = (Cell::new(0), RefCell::default(), Cell::new(0), RefCell::default());
    let shared = Rc::new(Shared { posting, pacer, next, sent, resumed, problem });
    let local = LocalSet::new();
    for _ in 0..connections {
        let connector = Connector::new(shared.posting.address, shared.posting.transport)?;
        let shared = Rc::clone(&shared);
        local.spawn_local(async move {
            if let Err(error) = shared.keep_posting(connector).await {
                shared.problem.borrow_mut().get_or_insert(error);
            }
        });
    }
    let limit = shared.posting.length + LAST_ANSWERS;
    let finished = local_run(&runtime, local, limit);
    shared.posting.interrupt.check()?;
    finished?;
    let sent = shared.sent.take();
    // The first connection of each sender has no ticket yet.
    let may_resume = matches!(shared.posting.transport, Transport::Tls(_, Handshake::Resumed))
        && sent.len() > 4 * connections as usize;
    if may_resume && shared.resumed.get() * 2 < sent.len() as u64 {
        return Err(Failure::NoTickets);
    }
    match shared.problem.take() {
        Some(error) if error.kind() == io::ErrorKind::AddrNotAvailable => Err(Failure::Ports { addresses: SOURCES }),
        Some(error) if sent.iter().all(|sent| sent.outcome == Outcome::Broken) => {
            Err(Failure::NoAnswer(error.to_string()))
        }
        _ => Ok(sent),
    }
}

fn local_run(runtime: &runtime::Runtime, local: LocalSet, limit: Duration) -> Result<(), Failure> {
    runtime.block_on(async { tokio::time::timeout(limit, local).await }).map_err(|_elapsed| Failure::Stuck)
}

impl Shared {
    /// The life of one sender.
    async fn keep_posting(&self, connector: Connector) -> io::Result<()> {
        let Posting { connection: kind, clock, .. } = self.posting;
        let mut time = TimestampText::new(Instant::now());
        let mut request = Vec::new();
        let mut open = None;
        let mut failures = 0;
        while let Some(due) = self.pacer.next().await {
            if self.posting.interrupt.is_set() {
                break;
            }
            if self.posting.throttle.as_ref().is_some_and(Throttle::has_to_wait) {
                tokio::time::sleep(THROTTLED).await;
                continue;
            }
            let first = self.next.get();
            self.next.set(first + u64::from(self.posting.events_per_request));
            self.posting.pool.request(first).fill(&mut request, first, time.get(Instant::now()));
            let result = exchange(&connector, kind, &mut open, &request).await;
            let answered_at = clock.now();
            let outcome = match &result {
                Ok(status) => Outcome::Status(*status),
                Err(_) => Outcome::Broken,
            };
            self.sent.borrow_mut().push(Sent { first, at: clock.at(due), answered_at, outcome });
            match result {
                Ok(_) => failures = 0,
                Err(error) => {
                    failures += 1;
                    if failures == MOST_FAILURES {
                        return Err(error);
                    }
                }
            }
            // The answer is what is measured; until the host has closed, the connection is not over.
            if kind == ConnectionKind::New
                && let Some(connection) = open.take()
            {
                // A reset instead of an end changes nothing: the answer is here.
                _ = connection.closed_by_host().await;
            }
        }
        self.resumed.set(self.resumed.get() + connector.resumed());
        Ok(())
    }
}

async fn exchange(
    connector: &Connector,
    kind: ConnectionKind,
    open: &mut Option<Connection>,
    request: &[u8],
) -> io::Result<u16> {
    let mut connection = match (kind, open.take()) {
        (ConnectionKind::KeepAlive, Some(connection)) => connection,
        _ => connector.open().await?,
    };
    let status = connection.post(request).await?;
    *open = Some(connection);
    Ok(status)
}
