//! The condition for events that nobody wants.

use std::sync::Arc;

use audit_event::{Addition, AuditEvent};
use enrich::{Arrival, GitlabEvent, arrival_schema};
use falco_rules::Condition;
use serde_json::Value;

use super::error::Problem;
use super::secret::text;

/// A Falco condition; events that it is true of are counted and go no further.
#[derive(Debug, Clone)]
pub struct IgnoredEvents(Arc<Condition>);

impl IgnoredEvents {
    /// Whether an event is left out.
    pub fn contain(&self, read: AuditEvent<'_>, arrival: Arrival<'_>) -> bool {
        let addition = Addition::from(arrival);
        let event = read.with(&addition);
        let time = event.created_at().unwrap_or(arrival.received_at);
        self.0.matches(&GitlabEvent { event, number: 0, time })
    }
}

/// Reads the condition; an empty one is none.
pub(super) fn ignored_events(value: &Value) -> Result<Option<IgnoredEvents>, Problem> {
    let text = text(value)?;
    if text.trim().is_empty() {
        return Ok(None);
    }
    let condition = Condition::new(&text, &arrival_schema()).map_err(|error| {
        // An error may show the place in lines of its own; a mistake in the configuration is one line.
        let error = error.to_string().split_whitespace().collect::<Vec<_>>().join(" ");
        Problem::Because(format!(
            "{error}; the condition can use what GitLab sent, gitlab.instance, gitlab.origin and gitlab.received_at, no macros and no lists"
        ))
    })?;
    Ok(Some(IgnoredEvents(Arc::new(condition))))
}

#[cfg(test)]
mod tests {
    use audit_event::{EventIndex, Origin};
    use serde_json::json;

    use super::*;

    fn is_ignored(condition: &str, json: &str) -> bool {
        let arrival = Arrival { received_at: 1_700_000_000_000_000_000, origin: Origin::Webhook, instance: Some("eu") };
        let mut index = EventIndex::default();
        let read = index.parse_received(json).unwrap();
        ignored_events(&json!(condition)).unwrap().unwrap().contain(read, arrival)
    }

    #[test]
    fn the_events_that_the_condition_is_true_of_are_ignored() {
        let condition = "gitlab.event_type = user_authenticated_using_job_token and gitlab.instance = eu";
        assert!(is_ignored(condition, r#"{"event_type":"user_authenticated_using_job_token"}"#));
        assert!(!is_ignored(condition, r#"{"event_type":"project_created"}"#));
        assert!(is_ignored("gitlab.git.verb in (clone, fetch)", r#"{"details":{"custom_message":{"verb":"clone"}}}"#));
    }

    #[test]
    fn a_mistake_and_a_field_that_is_not_known_yet_are_told_in_one_line() {
        for condition in
            ["gitlab.event_type =", "gitlab.nonsense = 1", "gitlab.country = Germany", "gitlab.count[x] > 1"]
        {
            let Err(Problem::Because(problem)) = ignored_events(&json!(condition)) else { panic!("{condition}") };
            assert!(!problem.contains('\n') && problem.contains("what GitLab sent"), "{problem}");
        }
    }

    #[test]
    fn an_empty_condition_is_none() {
        assert!(ignored_events(&json!(" ")).unwrap().is_none());
    }
}
