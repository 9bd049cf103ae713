//! The name of this machine, for alerts.

use std::env;

/// The `hostname` of alerts: as in Falco `FALCO_HOSTNAME`, else the name of this machine.
pub(crate) fn hostname() -> String {
    env::var("FALCO_HOSTNAME").unwrap_or_else(|_| gethostname::gethostname().to_string_lossy().into_owned())
}
