//! Sees to it that a host dies with the program that measures it, however that ends.

use std::env;
use std::ffi::OsString;
use std::io;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{self, Command};

use rustix::process::{Pid, Signal, getppid, set_parent_process_death_signal};

use crate::failure::Failure;

/// A command that starts `command` under guard.
pub(crate) fn guarded(command: &[OsString]) -> Result<Command, Failure> {
    let this = env::current_exe().map_err(Failure::system("finding this program"))?;
    let mut guarded = Command::new(this);
    guarded.args(["guard", "--parent", &process::id().to_string(), "--"]).args(command);
    Ok(guarded)
}

/// Becomes `program`, which the kernel kills when the thread that started this process ends. The order outlives the change
/// of programs, so this works for programs that know nothing of it. Returns only where it fails.
pub(crate) fn guard(parent: u32, program: &[OsString]) -> Failure {
    if let Err(error) = set_parent_process_death_signal(Some(Signal::KILL)) {
        return Failure::System { doing: "asking to die with the parent", cause: error.into() };
    }
    // The parent may have gone before the order was given.
    let is_child = getppid().map(Pid::as_raw_nonzero).is_some_and(|id| id.get().cast_unsigned() == parent);
    let Some((program, arguments)) = program.split_first().filter(|_| is_child) else {
        return Failure::Interrupted;
    };
    let cause: io::Error = Command::new(program).args(arguments).exec();
    Failure::Start { program: PathBuf::from(program), cause }
}
