//! `falco-gitlab run`: receives events and raises alerts until it is told to stop.

mod configuration;
mod welcome;

use std::{
    io::{self, Write},
    time::{Duration, Instant},
};

use pipeline::{BatchLimits, Pipeline, Source, StartError, Taken};

use crate::{
    Failure, Outcome,
    arguments::RunArguments,
    detection::Detector,
    log,
    output::{Broken, Outputs},
    stop::{STOPPING, StopSignal},
};
use configuration::Configuration;
use welcome::Welcome;

/// Events taken from the queue at a time: enough to share the cost of flushing, few enough to stop soon.
const BATCH: BatchLimits = BatchLimits { events: 1024, bytes: 16 << 20 };

/// How long to wait for an event before looking whether somebody wants us to stop.
const WAIT: Duration = Duration::from_millis(200);

pub(crate) fn run(arguments: &RunArguments) -> Result<Outcome, Failure> {
    let configuration = Configuration::new(arguments)?;
    log::start(Some(&configuration.settings));
    log::warn_all(&configuration.warnings);
    // Before there are other threads, because it changes the environment.
    if let Some(address) = pipeline::inherit_socket().map_err(StartError::from)? {
        tracing::info!(%address, "listening on the socket that systemd passes");
    }
    let stop = StopSignal::install().map_err(|cause| Failure::System { doing: "catching signals", cause })?;
    let mut outputs = Outputs::open(&configuration.outputs, &stop)?;
    let mut pipeline = configuration.start()?;
    let mut detector = configuration.detector;
    if let (Source::Webhook(listen), Some(address)) = (&configuration.source, pipeline.local_address()) {
        let made_up_token = configuration.made_up_token.as_ref();
        let welcome = Welcome { listen, address, made_up_token, rules: detector.number_of_rules() };
        // Nobody is left to tell if standard error is closed.
        let _ = writeln!(io::stderr(), "{welcome}");
    }
    let result = detect(&mut pipeline, &mut detector, &mut outputs, &stop);
    outputs.finish(Instant::now() + STOPPING);
    match result {
        Ok(()) | Err(Broken::Pipe) => Ok(Outcome::Complete),
        Err(Broken::Stalled) => {
            tracing::warn!("standard output is not read: alerts that still wait are given up");
            Ok(Outcome::Complete)
        }
        Err(Broken::Output(cause)) => Err(Failure::System { doing: "writing alerts to standard output", cause }),
    }
}

/// Looks at events until they end, nobody reads the alerts any more, or somebody wants us to stop and what was received
/// until then has been looked at.
fn detect(
    pipeline: &mut Pipeline,
    detector: &mut Detector,
    outputs: &mut Outputs,
    stop: &StopSignal,
) -> Result<(), Broken> {
    let mut deadline = None;
    loop {
        if deadline.is_none() && stop.is_set() {
            deadline = Some(Instant::now() + STOPPING);
            pipeline.stop_receiving();
        }
        let taken =
            pipeline.each_event(BATCH, WAIT, &mut |event| detector.detect(event, |alert| outputs.publish(alert)))?;
        match taken {
            Taken::Events => outputs.flush()?,
            Taken::Nothing => {}
            Taken::Closed => return Ok(()),
        }
        if deadline.is_some_and(|deadline| Instant::now() >= deadline) {
            tracing::warn!("stopped with events still waiting: there were too many for {STOPPING:?}");
            return Ok(());
        }
    }
}
