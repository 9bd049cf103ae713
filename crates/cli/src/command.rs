//! From the subcommand to the code that does it.

use crate::{Failure, Outcome, arguments::Command, events, replay, rules, run, send};

/// Does what the command line says.
pub fn execute(command: &Command) -> Result<Outcome, Failure> {
    match command {
        Command::Run(arguments) => run::run(arguments),
        Command::Replay(arguments) => replay::replay(arguments),
        Command::Send(arguments) => send::send(arguments),
        Command::Events(arguments) => events::events(arguments),
        Command::Rules(command) => rules::rules(command),
    }
}
