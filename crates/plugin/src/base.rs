//! The plugin itself: name, settings, metrics.

use std::ffi::CStr;

use anyhow::Error;
use falco_plugin::base::{Json, Metric, Plugin};
use falco_plugin::tables::TablesInput;
use pipeline::Settings;

use crate::extract::FieldCache;
use crate::init_config::InitConfig;
use crate::source::{SharedMetrics, metrics};

/// The `gitlab` plugin.
#[derive(Debug)]
pub struct GitlabPlugin {
    pub(crate) settings: Settings,
    pub(crate) fields: FieldCache,
    /// Shared with the open source, so that Falco can ask for metrics of either.
    pub(crate) metrics: SharedMetrics,
}

const VERSION: &CStr = match CStr::from_bytes_with_nul(concat!(env!("CARGO_PKG_VERSION"), "\0").as_bytes()) {
    Ok(version) => version,
    Err(_) => c"",
};

impl Plugin for GitlabPlugin {
    const NAME: &'static CStr = c"gitlab";
    const PLUGIN_VERSION: &'static CStr = VERSION;
    const DESCRIPTION: &'static CStr = c"GitLab audit events, received by webhook";
    const CONTACT: &'static CStr = c"https://github.com/falco-gitlab/falco-gitlab";
    type ConfigType = Json<InitConfig>;

    fn new(_: Option<&TablesInput<'_>>, Json(config): Self::ConfigType) -> Result<Self, Error> {
        let settings = Settings::from_init_config(&config.0)?;
        if settings.debug && log::max_level() < log::LevelFilter::Debug {
            log::set_max_level(log::LevelFilter::Debug);
        }
        Ok(Self { settings, fields: FieldCache::default(), metrics: SharedMetrics::default() })
    }

    fn get_metrics(&mut self) -> impl IntoIterator<Item = Metric> {
        metrics(&self.metrics)
    }
}
