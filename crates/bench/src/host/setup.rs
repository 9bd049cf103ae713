//! What a host is started with, and where it is reached.

use std::ffi::OsString;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;

use serde_json::{Value, json};

use super::process::Programs;
use super::standalone;
use crate::case::{Case, HostKind, Spool, Transport};
use crate::certificate;
use crate::failure::Failure;
use crate::rules;
use crate::workplace::Workplace;

/// The verification token, as GitLab makes them.
const TOKEN: &str = "q8Vb3LxNw5RkT2Yp9ZsA6cHd";

/// The path that is served.
const PATH: &str = "/gitlab";

/// Where and how to post.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub(crate) address: SocketAddr,
    pub(crate) path: String,
    pub(crate) token: String,
    pub(crate) transport: Transport,
}

/// The command that starts a host, and what is known of it then.
#[derive(Debug)]
pub(super) struct Setup {
    pub(super) command: Vec<OsString>,
    pub(super) target: Target,
    /// Where it serves its metrics, if it does.
    pub(super) admin_address: Option<SocketAddr>,
}

impl Setup {
    pub(super) fn new(case: &Case, programs: &Programs, workplace: &Workplace) -> Result<Self, Failure> {
        let free = || free_address().map_err(Failure::system("looking for a free port"));
        let this = std::env::current_exe().map_err(Failure::system("finding this program"))?;
        let address = free()?;
        let mut target = Target { address, path: PATH.to_owned(), token: TOKEN.to_owned(), transport: case.transport };
        let certificate = match case.transport {
            Transport::Plain => None,
            Transport::Tls(key, _) => Some(certificate::write(key, workplace)?),
        };
        let bare = |name: &str| vec![this.clone().into(), name.into(), address.to_string().into()];
        let (command, admin_address) = match case.host {
            HostKind::BareHttp => (bare("bare-http"), None),
            HostKind::BareTls => {
                let mut command = bare("bare-tls");
                command.extend(certificate.map(PathBuf::into_os_string));
                (command, None)
            }
            HostKind::Falco => {
                let falco = &programs.falco()?;
                let (url, token) = (falco.url.clone(), falco.token.clone());
                target = Target { address: url.address, path: url.path, token, transport: url.transport };
                (falco.command(&rules::files(case.rules, workplace)?), falco.admin_address)
            }
            HostKind::Standalone | HostKind::Plugin => {
                let admin_address = free()?;
                let settings = settings(case, &target, admin_address, certificate, workplace);
                let command = if case.host == HostKind::Plugin {
                    let settings = workplace.write("settings.json", settings.to_string())?;
                    vec![this.into(), "plugin-host".into(), settings.into()]
                } else {
                    let rules = rules::files(case.rules, workplace)?;
                    standalone::command(programs.standalone()?, &settings, &rules, workplace)?
                };
                (command, Some(admin_address))
            }
        };
        Ok(Self { command, target, admin_address })
    }
}

/// What the plugin gets as `init_config`.
fn settings(
    case: &Case,
    target: &Target,
    admin_address: SocketAddr,
    certificate: Option<PathBuf>,
    workplace: &Workplace,
) -> Value {
    let scheme = if certificate.is_some() { "https" } else { "http" };
    let mut settings = json!({
        "VerificationToken": target.token,
        "Listen": format!("{scheme}://{}{}", target.address, target.path),
        "AdminAddress": admin_address.to_string(),
    });
    if let Some(folder) = certificate {
        settings["SecretsDir"] = json!(folder);
    }
    if case.spool == Spool::On {
        settings["StateDir"] = json!(workplace.path("state"));
    }
    settings
}

/// A port that nobody uses now. Somebody else may take it before the host does, which then does not start.
fn free_address() -> io::Result<SocketAddr> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()
}
