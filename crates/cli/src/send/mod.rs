//! `falco-gitlab send`: posts events from files as GitLab does.

mod post;

use std::io::{self, Write};

use audit_event::EventIndex;
use intake::FileEvent;

use crate::{
    Failure, Outcome,
    arguments::SendArguments,
    falco_yaml::Trust,
    input::{self, Problems, told},
    token,
};
use post::Destination;

pub(crate) fn send(arguments: &SendArguments) -> Result<Outcome, Failure> {
    let trust = arguments.ca_cert.clone().map_or(Trust::System, Trust::File);
    let destination = Destination::new(&arguments.to, token::from_flag(&arguments.token)?, &trust)?;
    let mut index = EventIndex::default();
    let mut problems = Problems::default();
    let (mut accepted, mut refused) = (0_u64, 0_u64);
    for event in input::find(&arguments.paths)?.events() {
        match event {
            Ok(FileEvent { event, file, line }) => {
                let parsed = index.parse_received(&event.json).ok();
                let event_type = parsed.and_then(|event| event.event_type());
                match destination.post(&event.json, event_type.as_deref()) {
                    Ok(()) => accepted += 1,
                    Err(reason) => {
                        refused += 1;
                        say(told(refused, &format!("{}:{line}: {reason}", file.display())));
                    }
                }
            }
            Err(error) => say(problems.add(&error)),
        }
    }
    let Problems { broken, unreadable } = problems;
    let skipped = broken + unreadable;
    let skipped = if skipped == 0 { String::new() } else { format!(", {skipped} not read") };
    say(Some(format!("{accepted} accepted, {refused} not accepted{skipped}")));
    Ok(if refused + broken + unreadable == 0 { Outcome::Complete } else { Outcome::Incomplete })
}

fn say(line: Option<String>) {
    if let Some(line) = line {
        // Nobody is left to tell if standard error is closed.
        let _ = writeln!(io::stderr(), "{line}");
    }
}
