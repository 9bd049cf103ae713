//! What can be written on the command line.
#![expect(clippy::doc_markdown, reason = "these comments are the help text, in which Markdown would show")]

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::host::FalcoUrl;
use crate::replay;

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
    /// Replay a file of events with all rules and trackers, five times
    Replay(ReplayArguments),
    /// Show what an event costs after 1, 10 and 100 times as many events, behind as many, and beside as many rules
    Scaling(ScalingArguments),
    /// The plugin in a stand-in for Falco
    #[command(hide = true)]
    PluginHost { settings: PathBuf },
    /// hyper alone
    #[command(hide = true)]
    BareHttp { address: SocketAddr },
    /// rustls alone, with server.crt and server.key of a folder
    #[command(hide = true)]
    BareTls { address: SocketAddr, certificate: PathBuf },
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
    #[arg(long, value_name = "N", default_value = "5", value_parser = clap::value_parser!(u64).range(1..=3_600))]
    pub(crate) seconds: u64,
    /// Measure all cases so many times, one after another, and print each case's median (with --json, each row as it comes)
    #[arg(long, value_name = "N", default_value = "1", value_parser = clap::value_parser!(u32).range(1..=100))]
    pub(crate) rounds: u32,
    /// How many connections post at once
    #[arg(long, value_name = "N", default_value = "32", value_parser = clap::value_parser!(u32).range(1..=65_536))]
    pub(crate) connections: u32,
    /// Print JSON, one object a line, instead of tables
    #[arg(long)]
    pub(crate) json: bool,
    /// The falco-gitlab to measure, instead of the one that is built first; cases of the plugin measure the one in this program
    #[arg(long, value_name = "PATH")]
    pub(crate) bin: Option<PathBuf>,
    /// Measure a real Falco instead: its program. Rules are given to it with -r
    #[arg(long, value_name = "PATH", requires_all = ["falco_config", "url", "token"])]
    pub(crate) falco: Option<PathBuf>,
    /// Falco's configuration, which loads the plugin and makes Falco print alerts
    #[arg(long, value_name = "FILE", requires = "falco")]
    pub(crate) falco_config: Option<PathBuf>,
    /// Where Falco's plugin receives, such as http://127.0.0.1:8765/gitlab
    #[arg(long, value_name = "URL", requires = "falco")]
    pub(crate) url: Option<FalcoUrl>,
    /// The verification token that Falco's configuration names
    #[arg(long, value_name = "TOKEN", requires = "falco")]
    pub(crate) token: Option<String>,
    /// The AdminAddress that Falco's configuration names, for this plugin's own counts; the Go plugin has none, and what
    /// it loses shows only where every event raises an alert
    #[arg(long, value_name = "ADDRESS:PORT", requires = "falco")]
    pub(crate) admin: Option<SocketAddr>,
}

/// Arguments of `replay`.
#[derive(Debug, Args)]
pub(crate) struct ReplayArguments {
    /// How many events the file has
    #[arg(long, value_name = "N", default_value_t = replay::EVENTS, value_parser = clap::value_parser!(u64).range(1..=100_000_000))]
    pub(crate) events: u64,
    /// The falco-gitlab to measure, instead of the one that is built first
    #[arg(long, value_name = "PATH")]
    pub(crate) bin: Option<PathBuf>,
}

/// Arguments of `scaling`.
#[derive(Debug, Args)]
pub(crate) struct ScalingArguments {
    /// After how many events the first cost of an event is measured; the others are after 10 and 100 times as many
    #[arg(long, value_name = "N", default_value = "50000", value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    pub(crate) events: u64,
    /// The falco-gitlab to measure, instead of the one that is built first
    #[arg(long, value_name = "PATH")]
    pub(crate) bin: Option<PathBuf>,
}
