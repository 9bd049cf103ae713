//! The event source: opens a pipeline and hands its events to Falco in batches.

mod metrics;

use std::ffi::CString;
use std::time::Duration;

use anyhow::Error;
use falco_plugin::FailureReason;
use falco_plugin::event::PluginEvent;
use falco_plugin::event::events::Event;
use falco_plugin::source::{EventBatch, EventInput, SourcePlugin, SourcePluginInstance};
pub(crate) use metrics::{SharedMetrics, metrics};
use pipeline::{Batch, BatchLimits, Pipeline, Source};

use crate::GitlabPlugin;
use crate::guard::guarded;

/// How long one call may wait for an event. Falco looks for a signal to stop between two calls.
const WAIT: Duration = Duration::from_millis(100);

/// One batch is copied as a whole and stays until the next; small enough not to matter, large enough to amortise the call.
const BATCH: BatchLimits = BatchLimits { events: 512, bytes: 4 << 20 };

/// An open source. Dropping it releases the port and ends every thread, so that Falco may reload in the same process.
#[derive(Debug)]
pub struct GitlabSource {
    pipeline: Pipeline,
}

impl SourcePlugin for GitlabPlugin {
    type Instance = GitlabSource;
    const EVENT_SOURCE: &'static std::ffi::CStr = c"gitlab";
    const PLUGIN_ID: u32 = 19;
    type Event<'a> = Event<PluginEvent<&'a [u8]>>;

    fn open(&mut self, params: Option<&str>) -> Result<Self::Instance, Error> {
        let open = || {
            let source = Source::from_open_params(params.unwrap_or_default(), &self.settings)?;
            let pipeline = Pipeline::start(&self.settings, &source)?;
            self.metrics.watch(pipeline.metrics());
            Ok(GitlabSource { pipeline })
        };
        guarded("open", || Err(Error::msg("internal error while opening the source")), open)
    }

    /// `%evt.plugininfo`: the event as JSON, our additions included.
    fn event_to_string(&mut self, event: &EventInput<'_, Self::Event<'_>>) -> Result<CString, Error> {
        Ok(CString::new(event.event()?.params.event_data)?)
    }
}

impl SourcePluginInstance for GitlabSource {
    type Plugin = GitlabPlugin;

    fn next_batch(&mut self, _: &mut Self::Plugin, batch: &mut EventBatch<'_>) -> Result<(), Error> {
        let next = guarded("next_batch", || Batch::Nothing, || self.pipeline.next_batch(BATCH, WAIT));
        match next {
            Batch::Events(events) => {
                batch.reserve(events.len());
                for event in &events {
                    let mut plugin_event = Self::plugin_event(event.json.as_bytes());
                    plugin_event.metadata.ts = event.time;
                    batch.add(plugin_event)?;
                }
                Ok(())
            }
            Batch::Nothing => Err(FailureReason::Timeout.into()),
            Batch::End => Err(FailureReason::Eof.into()),
        }
    }
}
