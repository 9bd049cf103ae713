//! Why a command ends without having done its work, and the exit codes: the one place that knows them.

use std::{io, process::ExitCode};

use crate::falco_yaml::FalcoYamlError;

/// How a command ended that could do its work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// All of it.
    Complete,
    /// A part of its input could not be used; it has said so.
    Incomplete,
}

/// Why a command could not do its work. Each is one line that says which key or flag is wrong and what to do, except for
/// rules files, where all that is wrong follows.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// A mistake in a flag.
    #[error("{flag}: {problem}")]
    Flag {
        /// As it is written.
        flag: &'static str,
        /// What is wrong and how to mend it.
        problem: String,
    },
    /// A mistake in falco.yaml.
    #[error(transparent)]
    FalcoYaml(#[from] FalcoYamlError),
    /// A mistake in a key of falco.yaml that shows only when it is used.
    #[error("{key}: {problem}")]
    Key {
        /// The key.
        key: &'static str,
        /// What is wrong and how to mend it.
        problem: String,
    },
    /// A file of events that was named is not there.
    #[error("{0}")]
    Input(intake::FileError),
    /// The rules cannot be loaded.
    #[error("{key}: the rules cannot be used; mend what follows\n{report}")]
    Rules {
        /// The flag or key that names them.
        key: &'static str,
        /// Each problem, with its place and what was expected.
        report: String,
    },
    /// The receiver does not start.
    #[error(transparent)]
    Start(#[from] pipeline::StartError),
    /// The system refuses something: standard output is full, no thread can be started.
    #[error("{doing}: {cause}")]
    System {
        /// What was tried.
        doing: &'static str,
        /// Why it failed.
        cause: io::Error,
    },
}

/// The exit code of a command: 0 for done, 1 for partly done or a failing system, 2 for a mistake in the configuration.
pub fn exit_code(result: &Result<Outcome, Failure>) -> ExitCode {
    match result {
        Ok(Outcome::Complete) => ExitCode::SUCCESS,
        Ok(Outcome::Incomplete) | Err(Failure::System { .. } | Failure::Input(_)) => ExitCode::from(1),
        Err(
            Failure::Flag { .. }
            | Failure::FalcoYaml(_)
            | Failure::Key { .. }
            | Failure::Rules { .. }
            | Failure::Start(_),
        ) => ExitCode::from(2),
    }
}
