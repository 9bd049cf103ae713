//! `falco-gitlab events`: the catalogue of event types, and which of the built-in rules look at them.

mod choice;
mod json;
mod readable;

use audit_event::EventType;
use enrich::EVENT_TYPE;
use falco_rules::{Rule, RuleSet};

use crate::{Failure, Outcome, arguments::EventsArguments, detection::RuleChoice, print::print};
use choice::Choice;

pub(crate) fn events(arguments: &EventsArguments) -> Result<Outcome, Failure> {
    let choice = Choice::of(arguments)?;
    let rules = Rules(RuleChoice::new(&[], None).load()?);
    print(&match choice {
        Choice::One(event_type) if arguments.json => json::one(event_type, &rules),
        Choice::One(event_type) => readable::one(event_type, &rules),
        Choice::Several(event_types) if arguments.json => json::several(&event_types, &rules),
        Choice::Several(event_types) => readable::several(event_types),
    })?;
    Ok(Outcome::Complete)
}

/// The built-in rules.
struct Rules(RuleSet);

impl Rules {
    /// Those that can fire on events of this type only, or of some types among which it is.
    fn looking_at(&self, event_type: &EventType) -> impl Iterator<Item = &Rule> {
        self.0.rules().iter().filter(|rule| {
            let types = self.0.required_values(rule.name(), EVENT_TYPE);
            types.is_some_and(|types| types.contains(event_type.name.as_str()))
        })
    }

    /// Those that can fire on events of any type.
    fn looking_at_all(&self) -> impl Iterator<Item = &Rule> {
        self.0.rules().iter().filter(|rule| self.0.required_values(rule.name(), EVENT_TYPE).is_none())
    }
}
