//! GitLab's audit events in Falco's rule language: their fields as a schema, one event as values.

mod event;
mod schema;

pub use event::GitlabEvent;
pub(crate) use schema::tracker_schema;
pub use schema::{EVENT_TYPE, SOURCE, arrival_schema, schema};
