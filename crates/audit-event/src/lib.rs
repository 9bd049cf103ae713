//! What a GitLab audit event is: cut a body into events, index one event, read its fields, add what we know about it;
//! and the catalogue of event types.
//!
//! ```
//! use audit_event::{EventIndex, events, field};
//!
//! let body = br#"{"event_type":"user_impersonation","author_id":1,"details":{"custom_message":"Started Impersonation"}}"#;
//! let mut index = EventIndex::default();
//! for json in events(body) {
//!     let event = index.parse(json?)?;
//!     assert_eq!(event.event_type().as_deref(), Some("user_impersonation"));
//!     let author = field("gitlab.author_id").and_then(|field| field.extract(&event, None));
//!     assert_eq!(author, Some(audit_event::FieldValue::Text("1".into())));
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
mod added;
mod addition;
mod address;
mod address_class;
mod author;
mod body;
mod body_error;
mod catalogue;
mod event;
mod event_index;
mod field;
mod finding;
mod git;
mod index_reader;
mod json_members;
mod json_scanner;
mod json_string;
mod json_value;
mod message;
mod operation;
mod plugin_error;
mod timestamp;
mod token;

pub use addition::{Addition, Network, Origin, Place, Travel, with_addition};
pub use address_class::AddressClass;
pub use author::AuthorType;
pub use body::{EventsInBody, events};
pub use body_error::{BodyError, JsonKind};
pub use catalogue::{CatalogueError, EventScope, EventType, Milestone, Scenario, event_type, event_types};
pub use event::AuditEvent;
pub use event_index::{EventIndex, ParseError};
pub use field::{FIELDS, Field, FieldArgument, FieldType, FieldValue, field, markdown};
pub use finding::{Finding, FindingValue, Findings};
pub use plugin_error::PluginError;
