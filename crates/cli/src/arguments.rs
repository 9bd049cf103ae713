//! What can be written on the command line.
#![expect(clippy::doc_markdown, reason = "these comments are the help text, in which Markdown would show")]

use std::path::PathBuf;

use audit_event::Scenario;
use clap::{
    Args, Parser, Subcommand, ValueEnum,
    builder::{PossibleValuesParser, TypedValueParser},
};

/// Detects attacks on GitLab: receives its audit events and matches them against Falco rules.
#[derive(Debug, Parser)]
#[command(name = "falco-gitlab", version, max_term_width = 110)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Receive audit events from GitLab and print alerts
    ///
    /// Without arguments it listens on http://127.0.0.1:8765/gitlab with a token it makes up, and uses the built-in rules.
    /// Alerts go to standard output: readable on a terminal, else one JSON object a line as Falco writes it.
    /// SIGINT and SIGTERM end it after what was received has been looked at.
    Run(RunArguments),
    /// Look at audit events in files and print the alerts they would have raised
    ///
    /// Exits with 0 also when there were alerts, and with 1 when a file could not be read or a line was no event.
    Replay(ReplayArguments),
    /// Post audit events from files as GitLab does: one a request, a new connection each
    ///
    /// Exits with 1 when an event was not accepted. An event that the receiver had within its DeduplicationWindow is accepted and
    /// left out: sent again, it raises no alert.
    Send(SendArguments),
    /// Print the catalogue of GitLab's event types: what each means, and which of the built-in rules look at it
    Events(EventsArguments),
    /// Work on rules: check them, test them, list them, see why one fires or not
    #[command(subcommand)]
    Rules(RulesCommand),
}

/// Arguments of `events`.
#[derive(Debug, Args)]
pub struct EventsArguments {
    /// One event type, such as user_impersonation: all that is known of it
    #[arg(value_name = "TYPE", conflicts_with_all = ["scenario", "category"])]
    pub event_type: Option<String>,
    /// Only types that are evidence for an incident of this kind
    #[arg(long, value_name = "SCENARIO", value_parser = scenario())]
    pub scenario: Option<Scenario>,
    /// Only types under this heading of GitLab's documentation, such as "System access"
    #[arg(long, value_name = "CATEGORY")]
    pub category: Option<String>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

fn scenario() -> impl TypedValueParser<Value = Scenario> {
    PossibleValuesParser::new(Scenario::ALL.map(Scenario::as_str)).try_map(|name| name.parse::<Scenario>())
}

/// What to do with rules.
#[derive(Debug, Subcommand)]
pub enum RulesCommand {
    /// Load rules files as Falco would and say what is wrong with them
    ///
    /// Exits with 0 when they load, with warnings too, and with 1 when they do not.
    Check(RulesCheckArguments),
    /// Run rule tests: these events must raise exactly these alerts
    ///
    /// Among the given files and folders, files named *_test.yaml hold tests and all other .yaml files hold rules; without
    /// rules the built-in ones are tested. Exits with 1 when a case fails or a rule lacks a firing or a silent case.
    Test(RulesTestArguments),
    /// List rules: what each finds, how urgent it is, which event types it looks at
    List(RulesListArguments),
    /// Show why a rule fires on an event, or does not: its condition as a tree, with the value of each field
    Explain(RulesExplainArguments),
}

/// Arguments of `rules check`.
#[derive(Debug, Args)]
pub struct RulesCheckArguments {
    /// Rules files, in the order they are loaded; a folder is its .yaml and .yml files
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Print the result as JSON, in the shape of Falco's -V
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `rules test`.
#[derive(Debug, Args)]
pub struct RulesTestArguments {
    /// Files and folders with rules and their tests
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Also write the outcome as JUnit XML
    #[arg(long, value_name = "FILE")]
    pub junit: Option<PathBuf>,
}

/// Arguments of `rules list`.
#[derive(Debug, Args)]
pub struct RulesListArguments {
    /// Print a table in Markdown
    #[arg(long)]
    pub markdown: bool,
    /// Print JSON
    #[arg(long, conflicts_with = "markdown")]
    pub json: bool,
    /// Rules to list instead of the built-in ones: a file, or a folder of .yaml and .yml files; may be repeated
    #[arg(long, value_name = "FILE")]
    pub rules: Vec<PathBuf>,
}

/// Arguments of `rules explain`.
#[derive(Debug, Args)]
pub struct RulesExplainArguments {
    /// The rule's name
    pub rule: String,
    /// A file with the event, or several; - is standard input
    #[arg(value_name = "EVENT.json")]
    pub event: PathBuf,
    /// Rules to use instead of the built-in ones: a file, or a folder of .yaml and .yml files; may be repeated
    #[arg(long, value_name = "FILE")]
    pub rules: Vec<PathBuf>,
}

/// Arguments of `run`.
#[derive(Debug, Args)]
pub struct RunArguments {
    /// Where to listen, for example http://:8765/gitlab; port 0 lets the system choose
    #[arg(long, value_name = "URL")]
    pub listen: Option<String>,
    /// The verification token of GitLab's streaming destination: the token itself, file:/path or env:NAME
    ///
    /// A token on the command line is visible to every user of this machine (ps); file: and env: are not.
    #[arg(long, value_name = "SECRET")]
    pub token: Option<String>,
    /// Which rules, and how alerts are printed.
    #[command(flatten)]
    pub alerts: AlertArguments,
}

/// Arguments of `replay`.
#[derive(Debug, Args)]
pub struct ReplayArguments {
    /// Files and folders of events (.json .ndjson .jsonl .log, also .gz and .zst); - is standard input
    #[arg(required = true, value_name = "FILE|DIR|-")]
    pub paths: Vec<PathBuf>,
    /// Which rules, and how alerts are printed.
    #[command(flatten)]
    pub alerts: AlertArguments,
}

/// Which rules, and how alerts are printed.
#[derive(Debug, Args)]
pub struct AlertArguments {
    /// Rules to use instead of the built-in ones: a file, or a folder of .yaml and .yml files; may be repeated
    #[arg(long, value_name = "FILE")]
    pub rules: Vec<PathBuf>,
    /// Print alerts as Falco's JSON, also on a terminal
    #[arg(long)]
    pub json: bool,
    /// When to print readable, coloured alerts: auto is on a terminal, unless NO_COLOR is set
    #[arg(long, value_name = "WHEN", value_enum, default_value_t = Color::Auto, conflicts_with = "json")]
    pub color: Color,
    /// Falco's configuration file; flags win over it
    ///
    /// Read are the gitlab entry of plugins, rules_files, rules, priority, rule_matching, json_output and its relatives.
    /// `run` also serves stdout_output, file_output, program_output and http_output; `replay` only prints.
    #[arg(short, long, value_name = "falco.yaml")]
    pub config: Option<PathBuf>,
}

/// When to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Also when standard output is no terminal.
    Always,
    /// Not at all.
    Never,
}

/// Arguments of `send`.
#[derive(Debug, Args)]
pub struct SendArguments {
    /// Files and folders of events, as for replay; - is standard input
    #[arg(required = true, value_name = "FILE|DIR|-")]
    pub paths: Vec<PathBuf>,
    /// Where to, for example http://127.0.0.1:8765/gitlab
    #[arg(long, value_name = "URL")]
    pub to: String,
    /// The token to send: the token itself, file:/path or env:NAME
    ///
    /// A token on the command line is visible to every user of this machine (ps); file: and env: are not.
    #[arg(long, value_name = "SECRET")]
    pub token: String,
    /// A PEM file of certificate authorities to trust instead of the system's
    #[arg(long, value_name = "FILE")]
    pub ca_cert: Option<PathBuf>,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_arguments_do_not_contradict_each_other() {
        Arguments::command().debug_assert();
    }
}
