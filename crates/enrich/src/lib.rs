//! What is known beyond an audit event itself: where its address is.
//!
//! The event says `198.51.100.7`; a rule wants to know the country. [`Enricher`] adds that, from a MaxMind City database
//! in the operator's hands, beside the event's own bytes. An event is never held up or lost here: no database, an unknown
//! address or a private one simply mean that the place is absent.

mod address;
mod city_database;
mod enricher;

pub use address::is_on_the_internet;
pub use city_database::{CityDatabase, DatabaseError};
pub use enricher::{Arrival, EnrichedEvent, Enricher};
