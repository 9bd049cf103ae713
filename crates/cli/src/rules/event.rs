//! Events as rule authors write them down.

use audit_event::{EventIndex, Origin, events};
use enrich::{Arrival, Enricher, GitlabEvent};
use falco_rules::Event;
use serde_json::Value;

/// Makes events of JSON texts, as they would be when they arrive at the moment they happen.
///
/// An author may write `_falco` down, to give an event a place for example; it is taken as it is.
#[derive(Default)]
pub(super) struct AuthoredEvents {
    enricher: Enricher,
    index: EventIndex,
    number: u64,
}

impl AuthoredEvents {
    /// Begins to count events anew, and forgets what trackers remember of them.
    pub(super) fn start_anew(&mut self) {
        self.number = 0;
        self.enricher = Enricher::default();
    }

    /// Passes each event of a text to `evaluate`. `created_at` is what each then says of its time.
    pub(super) fn each(
        &mut self,
        text: &str,
        created_at: Option<&str>,
        evaluate: &mut dyn FnMut(&dyn Event),
    ) -> Result<(), String> {
        for json in events(text.as_bytes()) {
            let json = json.map_err(|error| error.to_string())?;
            let mut value: Value = serde_json::from_str(json).map_err(|error| error.to_string())?;
            if let Some(created_at) = created_at {
                value["created_at"] = created_at.into();
            }
            let enriched = if value.get("_falco").is_some() { value.to_string() } else { self.enriched(&value)? };
            let event = self.index.parse(&enriched).map_err(|error| error.to_string())?;
            let time = event.created_at();
            if created_at.is_some() && time.is_none() {
                return Err(format!("`at` is no time: {created_at:?}; write it as 2026-01-31T23:59:59Z"));
            }
            self.number += 1;
            evaluate(&GitlabEvent { event, number: self.number, time: time.unwrap_or_default() });
        }
        Ok(())
    }

    fn enriched(&mut self, value: &Value) -> Result<String, String> {
        let json = value.to_string();
        let received_at = self.index.parse_received(&json).map_err(|error| error.to_string())?.created_at();
        let arrival = Arrival { received_at: received_at.unwrap_or_default(), origin: Origin::Webhook, instance: None };
        let (enriched, indexed) = self.enricher.enrich(&json, arrival);
        indexed.map(|()| enriched.json).map_err(|error| error.to_string())
    }
}
