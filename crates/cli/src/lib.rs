//! The `falco-gitlab` command: receive GitLab's audit events, or read them from files, and raise alerts by Falco rules.

mod alerting;
mod arguments;
mod command;
mod detection;
mod events;
mod failure;
mod falco_yaml;
mod hostname;
mod http_client;
mod input;
mod log;
mod output;
mod print;
mod replay;
mod rules;
mod run;
mod send;
mod stop;
mod suggestion;
mod token;

pub use arguments::{
    AlertArguments, Arguments, Color, Command, EventsArguments, ReplayArguments, RulesCheckArguments, RulesCommand,
    RulesExplainArguments, RulesListArguments, RulesTestArguments, RunArguments, SendArguments,
};
pub use command::execute;
pub use failure::{Failure, Outcome, exit_code};
pub use falco_yaml::FalcoYamlError;
