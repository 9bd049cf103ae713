//! `libgitlab.so`: GitLab's audit events as a Falco event source, and their fields.
//!
//! This crate translates between Falco's C interface and the [`pipeline`]; it knows nothing of how events arrive. One
//! folder per capability, as in Falco's SDK: `source` hands events to Falco, `extract` answers for their fields.
//!
//! No panic crosses the C interface (`guard`), and nothing that a sender does becomes an error of `next_batch`, because
//! Falco ends at one ("Falco as a host", section Running).

mod base;
pub mod c_interface;
mod extract;
mod guard;
mod init_config;
mod source;

pub use base::GitlabPlugin;
