//! What is measured: a host in a process of its own, from its start to its end.

mod bare;
mod falco;
mod guard;
mod output;
mod plugin;
mod process;
mod setup;
mod standalone;

pub(crate) use bare::{bare_http, bare_tls};
pub(crate) use falco::{Falco, FalcoUrl};
pub(crate) use guard::{guard, guarded};
pub(crate) use output::LastWords;
pub(crate) use plugin::plugin_host;
pub(crate) use process::{Host, Programs};
