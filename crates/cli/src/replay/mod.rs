//! `falco-gitlab replay`: looks at events in files and prints the alerts they would have raised.

mod in_turn;
mod progress;
mod results;
mod source;
mod summary;
mod workers;

use std::{
    io::{self, Write},
    sync::mpsc::sync_channel,
    time::Instant,
};

use enrich::{EnricherSettings, SharedEnricher};
use pipeline::Settings;

use crate::{
    Failure, Outcome,
    alerting::Alerting,
    arguments::ReplayArguments,
    falco_yaml::FalcoYaml,
    input::{self, Problems},
    log,
    output::{Broken, Outputs},
    stop::StopSignal,
};
use in_turn::InTurn;
use progress::ProgressDisplay;
use results::Results;
use source::Source;
use summary::Summary;
use workers::Workers;

pub(crate) fn replay(arguments: &ReplayArguments) -> Result<Outcome, Failure> {
    let file = arguments.alerts.config.as_deref().map(FalcoYaml::read).transpose()?;
    let settings = file.as_ref().and_then(|file| file.plugin.as_ref()).map(|plugin| &plugin.settings);
    log::start(settings);
    let Alerting { detector, outputs, warnings } = Alerting::new(&arguments.alerts, file.as_ref())?;
    log::warn_all(&warnings);
    let enricher = enricher(settings)?;
    let files = input::find(&arguments.paths)?;
    let (number_of_files, total_bytes) = (files.len(), files.total_bytes());
    let events = files.events();
    let results = Results {
        outputs: Outputs::open(&outputs.printed_only(), &StopSignal::default())?,
        summary: Summary::new(number_of_files),
        problems: Problems::default(),
        display: ProgressDisplay::new(total_bytes),
        progress: events.progress(),
    };
    let workers = Workers {
        source: Source::new(events, settings.and_then(|settings| settings.ignored_events.clone())),
        enricher,
        engine: detector.into_engine(),
        trackers: InTurn::new(()),
        results: InTurn::new(results),
    };
    let Results { outputs, summary, problems, display, .. } = match workers.run() {
        Ok(results) => results,
        Err(Broken::Pipe | Broken::Stalled) => return Ok(Outcome::Complete),
        Err(Broken::Output(cause)) => {
            return Err(Failure::System { doing: "writing alerts to standard output", cause });
        }
    };
    display.finish();
    outputs.finish(Instant::now());
    // Nobody is left to tell if standard error is closed.
    let _ = writeln!(io::stderr(), "{}", summary.with(&problems));
    Ok(if problems.are_any() { Outcome::Incomplete } else { Outcome::Complete })
}

/// Live events cannot wait for a database or a list to be mended; old ones can, and without places they would look harmless.
fn enricher(settings: Option<&Settings>) -> Result<SharedEnricher, Failure> {
    let settings = settings.map_or_else(EnricherSettings::builtin, Settings::enricher_of_files);
    let (report, problems) = sync_channel(1);
    let report = move |problem| {
        // The first one is enough to stop at.
        let _ = report.try_send(problem);
    };
    let unfit = |problem| Failure::Key { key: "init_config", problem };
    let enricher = SharedEnricher::new(&settings, report).map_err(|error| unfit(error.to_string()))?;
    match problems.try_recv() {
        Ok(problem) => Err(unfit(problem)),
        Err(_) => Ok(enricher),
    }
}
