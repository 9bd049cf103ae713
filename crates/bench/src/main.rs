//! `bench`: measures the products from outside, each in a process of its own.
//!
//! `load` posts events to a host in many ways and prints a table; `docs/performance.md` says what its columns mean.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command speaks through these")]

mod arguments;
mod case;
mod cases;
mod ceilings;
mod certificate;
mod clock;
mod count;
mod failure;
mod host;
mod interrupt;
mod load;
mod measure;
mod products;
mod replay;
mod report;
mod rounds;
mod row;
mod rules;
mod scaling;
mod sender;
mod targets;
mod traffic;
mod workplace;

use std::process::ExitCode;

use arguments::{Arguments, Command};
use clap::Parser as _;
use failure::Failure;

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Load(arguments) => load::run(&arguments),
        Command::Replay(arguments) => replay::run(&arguments),
        Command::Scaling(arguments) => scaling::run(&arguments),
        Command::Guard { parent, program } => Err(host::guard(parent, &program)),
        Command::PluginHost { settings } => host::plugin_host(&settings),
        Command::BareHttp { address } => host::bare_http(address),
        Command::BareTls { address, certificate } => host::bare_tls(address, &certificate),
    }
}
