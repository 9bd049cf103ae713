//! Measures one case: starts its host, posts, waits until the host has dealt with everything, stops it, and counts.

use std::rc::Rc;
use std::thread;
use std::time::{Duration, Instant};

use crate::case::{Alerts, Case, Pace, RuleChoice, Token};
use crate::clock::{Clock, Moment};
use crate::count::float;
use crate::failure::Failure;
use crate::host::{Host, Programs};
use crate::interrupt::Interrupt;
use crate::measure::{AlertCounts, Counts, Fate, Latencies, Seen, count_deliveries};
use crate::row::Row;
use crate::sender::{Outcome, Posting, Sent, Throttle, post};
use crate::traffic::{Pool, PoolSettings};
use crate::workplace::Workplace;

/// How long the host may go on without getting anywhere before what is missing counts as lost.
const NO_PROGRESS: Duration = Duration::from_secs(2);
/// How long the host may take for what still waits in it, even if it gets on; what is missing then counts as lost.
const LAST_DELIVERIES: Duration = Duration::from_mins(1);
const POLL: Duration = Duration::from_millis(5);
const INTERRUPTIBLE: Duration = Duration::from_millis(100);

/// A host that has just started is still busy with that.
const SETTLING: Duration = Duration::from_secs(2);

/// What all cases are measured with.
#[derive(Debug)]
pub(crate) struct Measurement {
    pub(crate) programs: Programs,
    pub(crate) connections: u32,
    pub(crate) length: Duration,
    pub(crate) interrupt: Interrupt,
}

impl Measurement {
    pub(crate) fn measure(&self, case: &Case) -> Result<Row, Failure> {
        self.interrupt.check()?;
        let workplace = Workplace::new()?;
        let clock = Clock::start();
        let mut host = Host::start(case, &self.programs, &workplace, clock, &self.interrupt)?;
        let pool = Rc::new(pool(case, &host));
        if case.pace == Pace::Idle {
            self.wait(SETTLING)?;
        }
        let before = host.usage()?;
        let begun = clock.now();
        let sent = if case.pace == Pace::Idle {
            self.wait(self.length)?;
            Vec::new()
        } else {
            self.post(case, &host, &pool, clock)?
        };
        let last_answer = sent.iter().map(|sent| sent.answered_at).max().unwrap_or(begun);
        let accepted =
            sent.iter().filter(|sent| sent.was_accepted()).count() as u64 * u64::from(case.events_per_request);
        let expected = Expected {
            events: accepted,
            alerts: if case.rules == RuleChoice::None { 0 } else { markers(&sent, &pool, case.events_per_request) },
        };
        let drained = self.drain(&mut host, &expected, clock)?;
        let after = host.usage()?;
        let alerts = host.stop()?;

        let is_marker = |place| case.rules != RuleChoice::None && pool.is_marker(place);
        let deliveries = count_deliveries(&sent, &alerts, case.events_per_request, is_marker);
        let count = |counted: fn(&Outcome) -> bool| sent.iter().filter(|sent| counted(&sent.outcome)).count() as u64;
        let (answered, broken) =
            (count(|outcome| *outcome != Outcome::Broken), count(|outcome| *outcome == Outcome::Broken));
        let fate = Fate::of(&Counts {
            accepted,
            // The host may have got them although their answers were lost.
            uncertain: broken * u64::from(case.events_per_request),
            delivered: drained.delivered.filter(|_| case.token == Token::Right),
            alerts: (case.rules != RuleChoice::None).then_some(AlertCounts {
                lost: deliveries.lost,
                duplicated: deliveries.duplicated,
                of: if case.alerts == Alerts::Every { Seen::All } else { Seen::Some },
            }),
        });
        let (dealt_with, end) = match case.token {
            Token::Right => (accepted.saturating_sub(fate.lost.unwrap_or(0)), drained.at.max(last_answer)),
            // What is refused is dealt with when it is answered.
            Token::Wrong => (answered, last_answer),
        };
        let answers = sent.iter().filter(|sent| sent.outcome != Outcome::Broken);
        Ok(Row {
            case: case.name,
            host: case.host,
            events_per_second: (!sent.is_empty()).then(|| float(dealt_with) / end.since(begun).as_secs_f64()),
            answers: answers.map(|sent| sent.answered_at.since(sent.at)).collect::<Latencies>().spread(),
            alerts: deliveries.latencies.spread(),
            cpu_percent: after.percent_since(&before),
            cpu_microseconds_per_event: (dealt_with > 0)
                .then(|| after.processor.saturating_sub(before.processor).as_secs_f64() * 1e6 / float(dealt_with)),
            peak_rss_megabytes: after.peak_rss_megabytes(),
            lost: fate.lost,
            duplicated: fate.duplicated,
            refused: count(|outcome| !matches!(outcome, Outcome::Status(200) | Outcome::Broken)),
            broken,
            go_plugin_per_second: case.go_plugin,
        })
    }

    fn post(&self, case: &Case, host: &Host, pool: &Rc<Pool>, clock: Clock) -> Result<Vec<Sent>, Failure> {
        // At a fixed pace, waiting for the host would hide what is measured.
        let throttled = host.admin_address.filter(|_| case.pace == Pace::AsFastAsAnswered);
        let throttle = throttled.map(Throttle::start).transpose();
        post(Posting {
            address: host.target.address,
            connection: case.connection,
            transport: host.target.transport,
            connections: self.connections,
            pool: Rc::clone(pool),
            events_per_request: case.events_per_request,
            pace: case.pace,
            throttle: throttle.map_err(Failure::system("starting a thread"))?,
            length: self.length,
            clock,
            interrupt: self.interrupt.clone(),
        })
    }

    /// Waits until the host has dealt with all it has answered for, or gets no further.
    fn drain(&self, host: &mut Host, expected: &Expected, clock: Clock) -> Result<Drained, Failure> {
        let begun = clock.now();
        let mut last = Drained { delivered: None, alerts: 0, at: begun };
        loop {
            host.check()?;
            self.interrupt.check()?;
            let metrics = host.metrics()?;
            let delivered = metrics.map(|metrics| metrics.get("falco_gitlab_events_delivered_total"));
            let alerts = host.alerts_seen();
            if (delivered, alerts) != (last.delivered, last.alerts) {
                last = Drained { delivered, alerts, at: clock.now() };
            }
            let all_delivered = delivered.is_none_or(|delivered| delivered >= expected.events);
            let now = clock.now();
            let is_over = now.since(last.at) > NO_PROGRESS || now.since(begun) > LAST_DELIVERIES;
            if is_over || all_delivered && alerts >= expected.alerts {
                return Ok(last);
            }
            thread::park_timeout(POLL);
        }
    }

    fn wait(&self, length: Duration) -> Result<(), Failure> {
        let deadline = Instant::now() + length;
        while Instant::now() < deadline {
            self.interrupt.check()?;
            thread::park_timeout(deadline.saturating_duration_since(Instant::now()).min(INTERRUPTIBLE));
        }
        Ok(())
    }
}

/// What a host has to do before it is done.
#[derive(Debug)]
struct Expected {
    events: u64,
    alerts: u64,
}

/// How far it has come, and when it came there.
#[derive(Debug)]
struct Drained {
    delivered: Option<u64>,
    alerts: u64,
    at: Moment,
}

fn pool(case: &Case, host: &Host) -> Pool {
    Pool::new(&PoolSettings {
        host: &host.target.address.to_string(),
        path: &host.target.path,
        token: if case.token == Token::Right { &host.target.token } else { "wrong-wrong-wrong-wrong-" },
        connection: case.connection,
        events_per_request: case.events_per_request,
        alerts: case.alerts,
        people: case.people,
    })
}

/// How many events should raise an alert, of those that were answered for.
fn markers(sent: &[Sent], pool: &Pool, events_per_request: u32) -> u64 {
    let accepted = sent.iter().filter(|request| request.was_accepted());
    let events = accepted.flat_map(|request| request.first..request.first + u64::from(events_per_request));
    events.filter(|event| pool.is_marker(*event)).count() as u64
}
