//! `falco-gitlab rules`: check rules, test them, list them, explain what they say of an event.

mod check;
mod event;
mod explain;
mod list;
#[cfg(test)]
mod precedence;
mod test;
#[cfg(test)]
mod tracked;
#[cfg(test)]
mod tuning;

use crate::{Failure, Outcome, arguments::RulesCommand};

pub(crate) fn rules(command: &RulesCommand) -> Result<Outcome, Failure> {
    match command {
        RulesCommand::Check(arguments) => check::check(arguments),
        RulesCommand::Test(arguments) => test::test(arguments),
        RulesCommand::List(arguments) => list::list(arguments),
        RulesCommand::Explain(arguments) => explain::explain(arguments),
    }
}
