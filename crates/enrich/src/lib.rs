//! What is known beyond an audit event itself: where its address is.
//!
//! The event says `198.51.100.7`; a rule wants to know the country. [`CityDatabase`] answers that from a MaxMind City
//! database in the operator's hands. An event is never held up or changed by it: no database, an unknown address or a
//! private one simply mean that the place is absent.

mod address;
mod city_database;

pub use address::is_on_the_internet;
pub use city_database::{CityDatabase, DatabaseError};
