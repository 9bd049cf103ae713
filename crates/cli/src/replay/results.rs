//! What comes out of a replay, told in the order of the events: alerts, problems, and a summary at the end.

use audit_event::Origin;
use falco_rules::Alert;
use intake::{FileChunk, Progress};

use super::{progress::ProgressDisplay, summary::Summary};
use crate::{
    input::Problems,
    output::{Broken, Outputs},
};

pub(super) struct Results {
    pub(super) outputs: Outputs,
    pub(super) summary: Summary,
    pub(super) problems: Problems,
    pub(super) display: ProgressDisplay,
    pub(super) progress: Progress,
}

impl Results {
    /// Tells what is wrong with a chunk and the alerts that its events raise; each alert comes with the number of events
    /// before its own. Of the chunk, `ignored` events were left out.
    pub(super) fn tell(
        &mut self,
        chunk: &FileChunk,
        ignored: usize,
        alerts: &[(usize, Alert<'_>)],
    ) -> Result<(), Broken> {
        let told = self.try_to_tell(chunk, ignored, alerts);
        if told.is_err() {
            self.display.finish();
        }
        told
    }

    fn try_to_tell(&mut self, chunk: &FileChunk, ignored: usize, alerts: &[(usize, Alert<'_>)]) -> Result<(), Broken> {
        self.display.update(&self.progress);
        self.summary.ignored += ignored as u64;
        self.summary.events += chunk.len() as u64;
        let mut alerts = alerts.iter().peekable();
        for (events_before, error) in chunk.problems() {
            while let Some((_, alert)) = alerts.next_if(|(place, _)| *place < events_before) {
                self.publish(alert)?;
            }
            let line = self.problems.add(error);
            self.display.say(line);
        }
        alerts.try_for_each(|(_, alert)| self.publish(alert))?;
        match chunk.origin() {
            // Somebody may be waiting for what they have just typed.
            Origin::Stream => self.outputs.flush(),
            _ => Ok(()),
        }
    }

    fn publish(&mut self, alert: &Alert<'_>) -> Result<(), Broken> {
        let Self { outputs, summary, display, .. } = self;
        summary.count(alert);
        display.beside(|| outputs.publish_now(alert))
    }
}
