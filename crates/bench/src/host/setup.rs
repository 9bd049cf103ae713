//! What a host is started with.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::case::{Case, Spool, Transport};
use crate::failure::Failure;
use crate::rules;
use crate::workplace::Workplace;

/// The verification token, as GitLab makes them.
pub(crate) const TOKEN: &str = "q8Vb3LxNw5RkT2Yp9ZsA6cHd";

/// The path that is served.
pub(crate) const PATH: &str = "/gitlab";

/// Addresses and files of one start.
#[derive(Debug)]
pub(crate) struct Setup {
    pub(crate) address: SocketAddr,
    pub(crate) admin_address: SocketAddr,
    pub(crate) rules: Vec<PathBuf>,
    /// What the plugin gets as `init_config`.
    pub(crate) settings: Value,
    pub(crate) url: String,
}

impl Setup {
    pub(crate) fn new(case: &Case, workplace: &Workplace) -> Result<Self, Failure> {
        let free = || free_address().map_err(Failure::system("looking for a free port"));
        let (address, admin_address) = (free()?, free()?);
        let scheme = match case.transport {
            Transport::Plain => "http",
        };
        let url = format!("{scheme}://{address}{PATH}");
        let mut settings = json!({
            "VerificationToken": TOKEN,
            "Listen": url,
            "AdminAddress": admin_address.to_string(),
        });
        if case.spool == Spool::On {
            settings["StateDir"] = json!(workplace.path("state"));
        }
        Ok(Self { address, admin_address, rules: rules::files(case.rules, workplace)?, settings, url })
    }
}

/// A port that nobody uses now. Somebody else may take it before the host does, which then does not start.
pub(crate) fn free_address() -> io::Result<SocketAddr> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()
}
