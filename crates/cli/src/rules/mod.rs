//! `falco-gitlab rules`: check rules, test them, explain what they say of an event.

mod check;
mod event;
mod explain;
mod test;

use std::io::{self, Write};

use crate::{Failure, Outcome, arguments::RulesCommand};

pub(crate) fn rules(command: &RulesCommand) -> Result<Outcome, Failure> {
    match command {
        RulesCommand::Check(arguments) => check::check(arguments),
        RulesCommand::Test(arguments) => test::test(arguments),
        RulesCommand::Explain(arguments) => explain::explain(arguments),
    }
}

/// Prints a whole result. That nobody wants to read on (`| head`) is no failure.
fn print(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(cause) if cause.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::System { doing: "writing to standard output", cause })
        }
        _ => Ok(()),
    }
}
