//! Which event types are asked for.

use audit_event::{EventType, event_type, event_types};

use crate::{Failure, arguments::EventsArguments, output::Visible, suggestion::hint};

/// The event types to print.
pub(super) enum Choice {
    One(&'static EventType),
    Several(Vec<&'static EventType>),
}

impl Choice {
    pub(super) fn of(arguments: &EventsArguments) -> Result<Self, Failure> {
        if let Some(name) = &arguments.event_type {
            return event_type(name).map(Self::One).ok_or_else(|| unknown_type(name));
        }
        let category = arguments.category.as_deref().map(category).transpose()?;
        let is_wanted = |event_type: &&EventType| {
            category.is_none_or(|category| event_type.category == category)
                && arguments.scenario.is_none_or(|scenario| event_type.scenarios.contains(&scenario))
        };
        Ok(Self::Several(event_types().iter().filter(is_wanted).collect()))
    }
}

fn unknown_type(name: &str) -> Failure {
    let hint = hint(name, event_types().iter().map(|known| known.name.as_str()));
    let problem = format!("the catalogue has no event type `{name}`{hint}; `falco-gitlab events` lists all");
    Failure::Flag { flag: "TYPE", problem: Visible(&problem).to_string() }
}

/// The category as GitLab writes it.
fn category(name: &str) -> Result<&'static str, Failure> {
    let mut categories = event_types().iter().map(|event_type| event_type.category.as_str());
    categories.clone().find(|category| category.eq_ignore_ascii_case(name)).ok_or_else(|| {
        let hint = hint(name, &mut categories);
        let problem =
            format!("the catalogue has no category `{name}`{hint}; `falco-gitlab events` shows that of each type");
        Failure::Flag { flag: "--category", problem: Visible(&problem).to_string() }
    })
}
