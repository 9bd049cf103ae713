//! The `falco-gitlab` command: reads the arguments, does what they say, ends with the right code.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use clap::Parser;
use falco_gitlab::{Arguments, execute, exit_code};

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are no errors and go to standard output with code 0; a closed pipe there is none either.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let result = execute(&arguments.command);
    if let Err(failure) = &result {
        // Nobody is left to tell if standard error is closed too.
        let _ = writeln!(io::stderr(), "falco-gitlab: {failure}");
    }
    exit_code(&result)
}
