//! What `run` does, from its flags, falco.yaml and the defaults.

use intake::{Listen, ListenError, Secret};
use pipeline::{Pipeline, Settings, Source, StartError, Token};

use crate::{
    Failure,
    alerting::Alerting,
    arguments::RunArguments,
    detection::Detector,
    falco_yaml::{FalcoYaml, Plugin},
    output::OutputChoice,
    token,
};

/// Where to listen when nobody says it: reachable from this machine alone.
const DEFAULT_LISTEN: &str = "http://127.0.0.1:8765/gitlab";

/// Who said where events come from, for messages about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SaidBy {
    /// `--listen`, or the default that it changes.
    Flag,
    /// The `gitlab` plugin in falco.yaml.
    FalcoYaml,
}

/// All that is decided before anything starts.
pub(super) struct Configuration {
    pub(super) settings: Settings,
    pub(super) source: Source,
    said_by: SaidBy,
    /// The token, where nobody gave one.
    pub(super) made_up_token: Option<Secret>,
    pub(super) detector: Detector,
    pub(super) outputs: OutputChoice,
    pub(super) warnings: Vec<String>,
}

impl Configuration {
    pub(super) fn new(arguments: &RunArguments) -> Result<Self, Failure> {
        let file = arguments.alerts.config.as_deref().map(FalcoYaml::read).transpose()?;
        let plugin = file.as_ref().and_then(|file| file.plugin.clone());
        let is_configured = plugin.is_some();
        let said_by = if is_configured && arguments.listen.is_none() { SaidBy::FalcoYaml } else { SaidBy::Flag };
        let Plugin { mut settings, mut source } = match plugin {
            Some(plugin) => plugin,
            None => Plugin { settings: Settings::default(), source: webhook(DEFAULT_LISTEN)? },
        };
        if let Some(url) = &arguments.listen {
            source = webhook(url)?;
        }
        let mut made_up_token = None;
        let given = arguments.token.as_deref().map(token::from_flag).transpose()?;
        if let Some(secret) = given {
            settings.tokens = vec![Token { instance: None, secret }];
        } else if !is_configured {
            let secret = token::made_up()?;
            made_up_token = Some(secret.clone());
            settings.tokens = vec![Token { instance: None, secret }];
        }
        let Alerting { detector, outputs, warnings } = Alerting::new(&arguments.alerts, file.as_ref())?;
        Ok(Self { settings, source, said_by, made_up_token, detector, outputs, warnings })
    }

    /// Opens the port.
    pub(super) fn start(&self) -> Result<Pipeline, Failure> {
        Pipeline::start(&self.settings, &self.source).map_err(|error| match error {
            StartError::Listen(cause) if self.said_by == SaidBy::Flag => {
                Failure::Flag { flag: "--listen", problem: cause.to_string() }
            }
            other => Failure::Start(other),
        })
    }
}

fn webhook(url: &str) -> Result<Source, Failure> {
    let flag = |error: ListenError| Failure::Flag { flag: "--listen", problem: error.to_string() };
    url.parse::<Listen>().map(Source::Webhook).map_err(flag)
}
