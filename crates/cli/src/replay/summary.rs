//! What a replay says at its end.

use std::{collections::HashMap, fmt};

use falco_rules::{Alert, Priority};

use crate::{
    input::Problems,
    output::{Counted, Visible},
};

/// What was counted.
#[derive(Debug)]
pub(super) struct Summary {
    files: usize,
    pub(super) events: u64,
    /// Those that `Ignore` accepts, besides.
    pub(super) ignored: u64,
    alerts: HashMap<String, (u64, Priority)>,
}

impl Summary {
    pub(super) fn new(files: usize) -> Self {
        Self { files, events: 0, ignored: 0, alerts: HashMap::new() }
    }

    pub(super) fn count(&mut self, alert: &Alert<'_>) {
        if let Some((count, _)) = self.alerts.get_mut(alert.rule().name()) {
            *count += 1;
        } else {
            self.alerts.insert(alert.rule().name().to_owned(), (1, alert.rule().priority()));
        }
    }

    /// Events, alerts by rule (most first), and what was no event.
    pub(super) fn with<'a>(&'a self, problems: &'a Problems) -> impl fmt::Display + 'a {
        fmt::from_fn(move |out| self.write(problems, out))
    }

    fn write(&self, problems: &Problems, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let alerts = self.alerts.values().map(|(count, _)| count).sum();
        write!(out, "{} in {}, ", Counted(self.events, "event"), Counted::length(self.files, "file"))?;
        write!(out, "{}, {}", Counted(alerts, "alert"), Counted(problems.broken, "broken line"))?;
        if self.ignored > 0 {
            write!(out, ", {} ignored", Counted(self.ignored, "event"))?;
        }
        if problems.unreadable > 0 {
            write!(out, ", {} not read to the end", Counted(problems.unreadable, "file"))?;
        }
        let mut rules: Vec<_> = self.alerts.iter().collect();
        rules.sort_by(|(name, (count, _)), (other, (others, _))| others.cmp(count).then(name.cmp(other)));
        rules.into_iter().try_for_each(|(name, (count, priority))| {
            write!(out, "\n{count:>8}  {:<13}  {}", priority.name(), Visible(name))
        })
    }
}
