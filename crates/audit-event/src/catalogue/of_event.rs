//! What the catalogue says of one event.
use std::borrow::Cow;

use super::{EventType, event_type};
use crate::event::AuditEvent;

impl<'a> AuditEvent<'a> {
    /// What is known of this event's type.
    pub fn catalogued_type(&self) -> Option<&'static EventType> {
        event_type(&self.event_type()?)
    }

    /// The heading of GitLab's documentation that its type stands under.
    pub fn category(&self) -> Option<Cow<'a, str>> {
        Some(self.catalogued_type()?.category.as_str().into())
    }

    /// In what events of its type can happen.
    pub fn event_scope(&self) -> Option<Vec<Cow<'a, str>>> {
        Some(self.catalogued_type()?.scopes.iter().map(|scope| scope.as_str().into()).collect())
    }

    /// The incident scenarios that its type is evidence for; none where there are none.
    pub fn scenarios(&self) -> Option<Vec<Cow<'a, str>>> {
        let scenarios = &self.catalogued_type()?.scenarios;
        (!scenarios.is_empty()).then(|| scenarios.iter().map(|scenario| scenario.as_str().into()).collect())
    }

    /// Whether its type is in the catalogue; none where it has no type or reports a problem of ours.
    pub fn is_known_type(&self) -> Option<bool> {
        let event_type = self.event_type().filter(|_| self.plugin_error_kind().is_none());
        event_type.map(|name| super::event_type(&name).is_some())
    }

    /// Whether GitLab only streams the event and does not save it. Where the type is unknown its id tells: a UUID is
    /// made for streaming, a number is a row of the database.
    pub fn is_stream_only(&self) -> Option<bool> {
        match self.catalogued_type() {
            Some(event_type) => Some(!event_type.is_saved),
            None => self.id().map(|id| is_uuid(&id)),
        }
    }
}

/// Whether a text is a UUID in its usual form: 8, 4, 4, 4 and 12 hexadecimal digits.
fn is_uuid(text: &str) -> bool {
    let groups = text.split('-').map(|group| group.bytes().all(|byte| byte.is_ascii_hexdigit()).then_some(group.len()));
    groups.eq([8, 4, 4, 4, 12].map(Some))
}

#[cfg(test)]
mod tests {
    use super::is_uuid;
    use crate::{Addition, EventIndex, Origin, PluginError, with_addition};

    fn stream_only(json: &str) -> Option<bool> {
        EventIndex::default().parse(json).unwrap().is_stream_only()
    }

    #[test]
    fn the_catalogue_tells_what_is_streamed_only_and_the_id_where_the_type_is_new() {
        let uuid = "6f1d1c0e-0b0e-4c0c-9a55-2d1c6a0b7c14";
        assert_eq!(stream_only(r#"{"event_type":"job_artifact_downloaded","id":7}"#), Some(true));
        assert_eq!(stream_only(r#"{"event_type":"add_ssh_key","id":7}"#), Some(false));
        assert_eq!(stream_only(&format!(r#"{{"event_type":"brand_new","id":"{uuid}"}}"#)), Some(true));
        assert_eq!(stream_only(r#"{"event_type":"brand_new","id":"7"}"#), Some(false));
        assert_eq!(stream_only(r#"{"event_type":"brand_new"}"#), None);
        assert!(
            ["", "----", "6f1d1c0e0b0e4c0c9a552d1c6a0b7c14", "6f1d1c0e-0b0e-4c0c-9a55-2d1c6a0b7c1g"]
                .iter()
                .all(|text| !is_uuid(text))
        );
    }

    #[test]
    fn a_problem_of_ours_is_no_unknown_type() {
        let known = |json: &str| EventIndex::default().parse(json).unwrap().is_known_type();
        let problem = PluginError { kind: "queue_full", message: "m", count: 1 };
        let added = Addition { plugin_error: Some(problem), ..Addition::new(0, Origin::Webhook) };
        assert_eq!(known(&with_addition(&problem.bare_event(0), &added)), None);
        assert_eq!(known(r#"{"event_type":"brand_new"}"#), Some(false));
        assert_eq!(known(r#"{"event_type":"audit_operation"}"#), Some(true));
        assert_eq!(known("{}"), None);
    }
}
