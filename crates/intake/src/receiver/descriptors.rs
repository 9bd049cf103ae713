//! How many connections the process has file descriptors for.

use rustix::process::{Resource, getrlimit};

/// So many of `wanted` connections that files can still be opened when all of them are open: the spool's, above all.
pub(super) fn for_connections(wanted: u32) -> u32 {
    let limit = getrlimit(Resource::Nofile).current;
    let connections = within(wanted, limit);
    if connections < wanted {
        tracing::info!(
            connections,
            "the process may open few files (ulimit -n), so fewer connections are accepted at once than MaxConnections says"
        );
    }
    connections
}

/// A quarter of all is left for whatever else the process opens.
fn within(wanted: u32, limit: Option<u64>) -> u32 {
    let Some(limit) = limit else { return wanted };
    u32::try_from(limit / 4 * 3).unwrap_or(u32::MAX).clamp(1, wanted.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_take_three_quarters_of_all_at_most() {
        assert_eq!(within(1024, Some(1024)), 768);
        assert_eq!(within(1024, Some(524_288)), 1024);
        assert_eq!(within(1024, None), 1024);
        assert_eq!(within(1, Some(1024)), 1);
        assert_eq!(within(16, Some(0)), 1);
    }
}
