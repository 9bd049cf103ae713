//! One event, in the shape and about the length in which GitLab streams it.

use serde_json::{Value, json};

use super::number::EventNumber;
use super::template::TIME_PLACEHOLDER;

/// The type of events that raise an alert.
pub(crate) const MARKER_TYPE: &str = "bench_marker";

/// Types that the Go plugin has a rule for.
pub(crate) const PEER_TYPES: [&str; 25] = [
    "add_gpg_key",
    "cluster_agent_token_created",
    "created_group_namespace_filter",
    "created_instance_namespace_filter",
    "event_type_filters_created",
    "destroy_instance_event_streaming_destination",
    "update_instance_event_streaming_destination",
    "group_access_token_created",
    "group_deploy_token_created",
    "group_require_two_factor_authentication_updated",
    "ip_restrictions_changed",
    "login_failed_with_otp_authentication",
    "login_failed_with_standard_authentication",
    "personal_access_token_created",
    "policy_project_updated",
    "project_access_token_created",
    "project_access_token_deleted",
    "project_require_password_to_approve_updated",
    "require_reauthentication_to_approve_updated",
    "user_admin_status_updated",
    "user_disable_two_factor",
    "user_impersonation",
    "add_ssh_key",
    "deploy_token_created",
    "user_created",
];

/// Who does it, where, from where.
#[derive(Debug, Clone)]
pub(super) struct Actor {
    pub(super) id: u32,
    pub(super) name: String,
    pub(super) project_id: u32,
    pub(super) project: String,
    pub(super) address: String,
}

/// Kinds of events, in the order of how often they come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum EventKind {
    Fetch,
    Push,
    JobToken,
    /// A type that GitLab saves and no shipped rule looks at.
    Saved,
    Marker,
}

/// The event's text, with placeholders for its number and its time.
pub(super) fn event(kind: EventKind, actor: &Actor) -> String {
    let (event_type, message) = match kind {
        EventKind::Fetch => ("repository_git_operation", git("http", "git-upload-pack", "fetch")),
        EventKind::Push => ("repository_git_operation", git("ssh", "git-receive-pack", "push")),
        EventKind::JobToken => ("user_authenticated_using_job_token", json!("User authenticated using job token")),
        EventKind::Saved => ("project_topic_changed", json!("Changed topics from backend to backend, billing")),
        EventKind::Marker => (MARKER_TYPE, json!("An event that a rule is about")),
    };
    // Only what GitLab saves has a number; everything else has a UUID.
    let id = match kind {
        EventKind::Saved | EventKind::Marker => EventNumber::PLACEHOLDER.to_owned(),
        _ => format!("\"6f1d1c0e-0b0e-4c0c-9a55-00{}\"", EventNumber::PLACEHOLDER),
    };
    let details = json!({
        "event_name": event_type, "author_name": actor.name, "author_class": "User", "target_id": actor.project_id,
        "target_type": "Project", "target_details": actor.project, "custom_message": message,
        "ip_address": actor.address, "entity_path": actor.project,
    });
    // By hand for the order of the members, which is GitLab's.
    format!(
        "{{\"id\":{id},\"author_id\":{},\"entity_id\":{},\"entity_type\":\"Project\",\"details\":{details},\
         \"ip_address\":\"{}\",\"author_name\":\"{}\",\"entity_path\":\"{}\",\"target_details\":\"{}\",\
         \"created_at\":\"{TIME_PLACEHOLDER}\",\"target_type\":\"Project\",\"target_id\":{},\
         \"event_type\":\"{event_type}\"}}",
        actor.id, actor.project_id, actor.address, actor.name, actor.project, actor.project, actor.project_id,
    )
}

impl EventKind {
    pub(super) const fn event_type(self) -> &'static str {
        match self {
            Self::Fetch | Self::Push => "repository_git_operation",
            Self::JobToken => "user_authenticated_using_job_token",
            Self::Saved => "project_topic_changed",
            Self::Marker => MARKER_TYPE,
        }
    }
}

fn git(protocol: &str, action: &str, verb: &str) -> Value {
    json!({"protocol": protocol, "action": action, "verb": verb})
}
