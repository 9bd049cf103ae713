//! What is measured: a host in a process of its own, from its start to its end.

mod guard;
mod output;
mod process;
mod setup;
mod standalone;

pub(crate) use guard::guard;
pub(crate) use process::Host;
pub(crate) use setup::{PATH, TOKEN};
