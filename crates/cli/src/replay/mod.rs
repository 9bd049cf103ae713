//! `falco-gitlab replay`: looks at events in files and prints the alerts they would have raised.

mod progress;
mod summary;

use std::{
    io::{self, Write},
    sync::mpsc::sync_channel,
    time::Instant,
};

use enrich::{Arrival, EnrichedEvent, Enricher};
use falco_rules::Alert;
use intake::{FileEvent, FileEvents};
use pipeline::Settings;

use crate::{
    Failure, Outcome,
    alerting::Alerting,
    arguments::ReplayArguments,
    detection::Detector,
    falco_yaml::FalcoYaml,
    input::{self, Problems},
    log,
    output::{Broken, Outputs},
    stop::StopSignal,
};
use progress::ProgressDisplay;
use summary::Summary;

pub(crate) fn replay(arguments: &ReplayArguments) -> Result<Outcome, Failure> {
    let file = arguments.alerts.config.as_deref().map(FalcoYaml::read).transpose()?;
    let settings = file.as_ref().and_then(|file| file.plugin.as_ref()).map(|plugin| &plugin.settings);
    log::start(settings);
    let Alerting { detector, outputs, warnings } = Alerting::new(&arguments.alerts, file.as_ref())?;
    log::warn_all(&warnings);
    let enricher = enricher(settings)?;
    let files = input::find(&arguments.paths)?;
    let mut replay = Replay {
        enricher,
        detector,
        outputs: Outputs::open(&outputs.printed_only(), &StopSignal::default())?,
        summary: Summary::new(files.len()),
        problems: Problems::default(),
        display: ProgressDisplay::new(files.total_bytes()),
    };
    let result = replay.all(files.events());
    replay.display.finish();
    replay.outputs.finish(Instant::now());
    match result {
        Ok(()) => {}
        Err(Broken::Pipe | Broken::Stalled) => return Ok(Outcome::Complete),
        Err(Broken::Output(cause)) => {
            return Err(Failure::System { doing: "writing alerts to standard output", cause });
        }
    }
    // Nobody is left to tell if standard error is closed.
    let _ = writeln!(io::stderr(), "{}", replay.summary.with(&replay.problems));
    Ok(if replay.problems.unreadable == 0 { Outcome::Complete } else { Outcome::Incomplete })
}

/// Live events cannot wait for a database or a list to be mended; old ones can, and without places they would look harmless.
fn enricher(settings: Option<&Settings>) -> Result<Enricher, Failure> {
    let Some(settings) = settings else { return Ok(Enricher::default()) };
    let (report, problems) = sync_channel(1);
    let report = move |problem| {
        // The first one is enough to stop at.
        let _ = report.try_send(problem);
    };
    let unfit = |problem| Failure::Key { key: "init_config", problem };
    let enricher = Enricher::new(&settings.enricher_of_files(), report).map_err(|error| unfit(error.to_string()))?;
    match problems.try_recv() {
        Ok(problem) => Err(unfit(problem)),
        Err(_) => Ok(enricher),
    }
}

struct Replay {
    enricher: Enricher,
    detector: Detector,
    outputs: Outputs,
    summary: Summary,
    problems: Problems,
    display: ProgressDisplay,
}

impl Replay {
    fn all(&mut self, events: FileEvents) -> Result<(), Broken> {
        let progress = events.progress();
        for event in events {
            self.display.update(&progress);
            match event {
                Ok(event) => self.event(&event)?,
                Err(error) => {
                    let line = self.problems.add(&error);
                    self.display.say(line);
                }
            }
        }
        self.outputs.flush()
    }

    fn event(&mut self, FileEvent { event, file, line }: &FileEvent) -> Result<(), Broken> {
        let arrival = Arrival { received_at: event.received_at, origin: event.origin, instance: None };
        let (enriched, indexed) = self.enricher.enrich(&event.json, arrival);
        if let Err(error) = indexed {
            let line = self.problems.add_event(file, *line, error);
            self.display.say(line);
            return Ok(());
        }
        self.summary.events += 1;
        self.detect(&enriched)
    }

    fn detect(&mut self, event: &EnrichedEvent) -> Result<(), Broken> {
        let Self { detector, outputs, summary, display, .. } = self;
        detector.detect(event, |alert: &Alert<'_>| {
            summary.count(alert);
            display.beside(|| outputs.publish_now(alert))
        })
    }
}
