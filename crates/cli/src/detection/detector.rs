//! The rules, ready for event after event.

use enrich::{Enriched, GitlabEvent, SOURCE, schema};
use falco_rules::{Alert, Engine, EngineOptions, RuleSet, Scratch};

use super::rules::RuleChoice;
use crate::Failure;

/// Rules and the memory to evaluate them, kept from event to event.
pub(crate) struct Detector {
    engine: Engine,
    scratch: Scratch,
    /// How many events there were.
    events: u64,
}

impl Detector {
    /// Loads the rules; also gives what to tell about them although they can be used.
    pub(crate) fn load(choice: &RuleChoice<'_>) -> Result<(Self, Vec<String>), Failure> {
        let (files, mut warnings) = choice.read()?;
        let (report, rules) = RuleSet::load(&files, &[schema()]);
        let Some(rules) = rules else {
            return Err(choice.unusable(&report));
        };
        let diagnostics = report.files().iter().map(|file| file.diagnostics().len()).sum::<usize>();
        if diagnostics > 0 && !choice.is_builtin() {
            warnings.push(format!("the rules can be used, with these warnings:\n{}", report.to_text().trim_end()));
        }
        let options = choice.file.map_or_else(EngineOptions::default, |file| EngineOptions {
            rule_matching: file.rule_matching,
            minimum_priority: file.minimum_priority,
            selections: file.selections.clone(),
        });
        let engine = Engine::new(rules, &options);
        Ok((Self { engine, scratch: Scratch::default(), events: 0 }, warnings))
    }

    /// How many rules run.
    pub(crate) fn number_of_rules(&self) -> usize {
        self.engine.rules(SOURCE).count()
    }

    /// The rules alone, for several threads.
    pub(crate) fn into_engine(self) -> Engine {
        self.engine
    }

    /// Hands each alert of an event to `publish`, until that fails.
    ///
    /// An event without fields cannot make a rule fire; whoever enriched it has told of it.
    pub(crate) fn detect<E>(
        &mut self,
        event: &Enriched<'_>,
        mut publish: impl FnMut(&Alert<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let Self { engine, scratch, events } = self;
        *events += 1;
        let Ok(read) = event.event() else { return Ok(()) };
        let event = GitlabEvent { event: read, number: *events, time: event.time() };
        engine.alerts(SOURCE, &event, scratch).iter().try_for_each(&mut publish)
    }
}
