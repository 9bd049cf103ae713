//! Whether this process may have as many connections as are asked for.

use rustix::process::{Resource, getrlimit};

use crate::failure::Failure;

/// Files, pipes and the runtime's own.
const OTHERS: u64 = 64;

pub(crate) fn check(connections: u32) -> Result<(), Failure> {
    let needed = u64::from(connections) + OTHERS;
    match getrlimit(Resource::Nofile).current {
        Some(limit) if limit < needed => Err(Failure::Descriptors { connections, needed, limit }),
        _ => Ok(()),
    }
}
