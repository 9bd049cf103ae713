//! One event in the shape in which GitLab streams it.
use std::net::IpAddr;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::company::{Person, Project};

/// Something that has happened.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Record {
    /// Milliseconds since the epoch.
    pub(crate) at: i64,
    pub(crate) event_type: &'static str,
    author: Thing,
    entity: Thing,
    target: Thing,
    address: Option<IpAddr>,
    message: Value,
    /// Further members of `details`.
    details: Value,
}

/// An author, an entity or a target: id, GitLab's class, and name or path.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Thing {
    pub(crate) id: i64,
    pub(crate) class: &'static str,
    pub(crate) name: String,
}

impl Thing {
    pub(crate) fn new(id: i64, class: &'static str, name: impl Into<String>) -> Self {
        Self { id, class, name: name.into() }
    }

    /// As author or target.
    pub(crate) fn user(person: &Person) -> Self {
        Self::new(person.id, "User", &person.name)
    }

    /// As entity, which shows the user name.
    pub(crate) fn account(person: &Person) -> Self {
        Self::new(person.id, "User", &person.user_name)
    }

    pub(crate) fn project(project: &Project) -> Self {
        Self::new(project.id, "Project", &project.path)
    }

    pub(crate) fn group(project: &Project) -> Self {
        Self::new(project.group_id, "Group", project.group)
    }

    pub(crate) fn instance() -> Self {
        Self::new(1, "Gitlab::Audit::InstanceScope", "gitlab_instance")
    }

    /// GitLab itself.
    pub(crate) fn system() -> Self {
        Self::new(-1, "Gitlab::Audit::UnauthenticatedAuthor", "(System)")
    }
}

impl Record {
    pub(crate) fn new(event_type: &'static str, author: Thing, entity: Thing, target: Thing) -> Self {
        let (message, details) = (Value::Null, json!({}));
        Self { at: 0, event_type, author, entity, target, address: None, message, details }
    }

    pub(crate) fn from(self, address: IpAddr) -> Self {
        Self { address: Some(address), ..self }
    }

    pub(crate) fn saying(self, message: impl Into<Value>) -> Self {
        Self { message: message.into(), ..self }
    }

    pub(crate) fn with(self, details: Value) -> Self {
        Self { details, ..self }
    }

    pub(crate) fn at(self, at: i64) -> Self {
        Self { at, ..self }
    }

    /// The event's text. Events that GitLab only streams have a UUID for an id.
    pub(crate) fn json(&self, id: u64) -> String {
        let listed = audit_event::event_type(self.event_type).unwrap_or_else(|| panic!("{}", self.event_type));
        let id = if listed.is_saved { json!(id) } else { json!(format!("{:08x}-0000-4000-8000-{id:012x}", id / 7)) };
        let address = self.address.map(|address| address.to_string()).unwrap_or_default();
        let mut details = json!({
            "event_name": self.event_type, "author_name": self.author.name, "author_class": self.author.class,
            "target_id": self.target.id, "target_type": self.target.class, "target_details": self.target.name,
            "custom_message": self.message, "ip_address": address, "entity_path": self.entity.name,
        });
        let further = self.details.as_object().unwrap().clone();
        details.as_object_mut().unwrap().extend(further);
        json!({
            "id": id, "author_id": self.author.id, "entity_id": self.entity.id, "entity_type": self.entity.class,
            "details": details, "ip_address": address, "author_name": self.author.name,
            "entity_path": self.entity.name, "target_details": self.target.name,
            "created_at": Timestamp::from_millisecond(self.at).unwrap().to_string(),
            "target_type": self.target.class, "target_id": self.target.id, "event_type": self.event_type,
        })
        .to_string()
    }
}
