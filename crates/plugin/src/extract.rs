//! Field extraction: what `gitlab.*` holds for an event.
//!
//! Falco asks for one field at a time, again for each rule and each output, and remembers nothing in between. So an event
//! is parsed when its first field is asked for, each field's answer is made once, and the same answer is handed out until
//! the next event comes.

mod answer;
mod cache;
mod schema;

use std::ffi::CStr;

pub(crate) use cache::FieldCache;
use falco_plugin::anyhow::Error;
use falco_plugin::api::{ss_plugin_extract_field, ss_plugin_extract_value_offsets};
use falco_plugin::event::PluginEvent;
use falco_plugin::event::events::Event;
use falco_plugin::extract::{EventInput, ExtractFieldInfo, ExtractPlugin};
use falco_plugin::tables::LazyTableReader;

use crate::GitlabPlugin;
use crate::guard::guarded;

impl ExtractPlugin for GitlabPlugin {
    type Event<'a> = Event<PluginEvent<&'a [u8]>>;
    type ExtractContext = ();
    // The SDK's own table wants one function per field; ours is audit_event::FIELDS (see `schema` and `extract_fields`).
    const EXTRACT_FIELDS: &'static [ExtractFieldInfo<Self>] = &[];

    fn get_fields() -> &'static CStr {
        schema::fields()
    }

    fn extract_fields<'a>(
        &'a mut self,
        event: &EventInput<'a, Self::Event<'a>>,
        _: &LazyTableReader<'_>,
        requests: &mut [ss_plugin_extract_field],
        // Where in the payload a value stands is not told: most values are decoded, joined or computed.
        _: Option<&mut ss_plugin_extract_value_offsets>,
        _: &'a bumpalo::Bump,
    ) -> Result<(), Error> {
        let payload = event.event().map(|event| event.params.event_data).unwrap_or_default();
        let number = event.event_number();
        let fields = &mut self.fields;
        let answered = guarded(
            "extract_fields",
            || false,
            || {
                fields.look_at(number, payload);
                for request in requests.iter_mut() {
                    fields.answer(request);
                }
                true
            },
        );
        if !answered {
            self.fields = FieldCache::default();
            requests.iter_mut().for_each(answer::absent);
        }
        Ok(())
    }
}
