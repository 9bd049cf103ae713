//! What is known beyond an audit event itself: where its address is, whose network that is, and what came before.
//!
//! The event says `198.51.100.7`; a rule wants to know the country, and whether this is the tenth failure in five minutes.
//! [`Enricher`] adds that beside the event's own bytes. An event is never held up or lost here: no database, an unknown
//! address or a private one simply mean that the place is absent.

mod address_knowledge;
mod address_list;
mod arrival;
mod database;
mod enriched;
mod enricher;
mod looked_up;
mod metrics;
mod reload;
mod rule_language;
mod shared_enricher;
mod snapshot;
mod trackers;

pub use address_list::{AddressListError, AddressRanges, read_address_list};
pub use arrival::Arrival;
pub use database::{AsnDatabase, CityDatabase, DatabaseError, LocatedPlace, Location};
pub use enriched::{Enriched, EnrichedEvent};
pub use enricher::{Enricher, EnricherSettings};
pub use metrics::EnrichmentMetrics;
pub use rule_language::{EVENT_TYPE, GitlabEvent, SOURCE, arrival_schema, schema};
pub use shared_enricher::SharedEnricher;
pub use snapshot::{SnapshotError, StateError};
pub use trackers::{
    BuiltinTracker, Learning, StepDeclaration, TrackerDeclaration, TrackerError, TrackerKind, builtin_markdown,
    builtin_trackers, read_trackers, with_builtin,
};
