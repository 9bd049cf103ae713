//! What can be written on the command line.

use std::ffi::OsString;
use std::num::NonZeroU64;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// Measures how fast falco-gitlab is.
#[derive(Debug, Parser)]
#[command(name = "bench", version, max_term_width = 110)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Post events to a host in many ways, and print a table of what it can take
    Load(LoadArguments),
    /// Becomes another program, which dies when `parent` does
    #[command(hide = true)]
    Guard {
        #[arg(long)]
        parent: u32,
        #[arg(last = true, required = true)]
        program: Vec<OsString>,
    },
}

/// Arguments of `load`.
#[derive(Debug, Args)]
pub(crate) struct LoadArguments {
    /// Measure these cases alone; may be repeated
    #[arg(long = "case", value_name = "NAME")]
    pub(crate) cases: Vec<String>,
    /// List the cases and what they are
    #[arg(long)]
    pub(crate) list: bool,
    /// How long to post in each case
    #[arg(long, value_name = "N", default_value = "5")]
    pub(crate) seconds: NonZeroU64,
    /// How many connections post at once
    #[arg(long, value_name = "N", default_value = "32", value_parser = clap::value_parser!(u32).range(1..=65_536))]
    pub(crate) connections: u32,
    /// Print JSON, one object a line, instead of tables
    #[arg(long)]
    pub(crate) json: bool,
    /// The falco-gitlab to measure, instead of the one that is built first
    #[arg(long, value_name = "PATH")]
    pub(crate) bin: Option<PathBuf>,
}
