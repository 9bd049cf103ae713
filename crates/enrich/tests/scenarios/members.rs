//! What the events of several scenarios say.

use serde_json::{Value, json};

/// Who asks for a sign-in, which fails: nobody knows them yet.
pub(crate) fn failure_of(account: u64) -> Value {
    json!({"author_id": -1, "author_name": "An unauthenticated user", "entity_type": "User", "entity_id": account,
           "target_id": account, "target_type": "User", "target_details": format!("user {account}")})
}

/// A sign-in that fails where GitLab tells nothing but the name that was typed, whether or not there is such an account.
pub(crate) fn failure_by_name(typed: &str) -> Value {
    json!({"author_id": -1, "author_name": typed, "entity_type": "Gitlab::Audit::InstanceScope", "entity_id": 1,
           "entity_path": "gitlab_instance", "target_id": -1, "target_type": "Gitlab::Audit::UnauthenticatedAuthor",
           "target_details": typed, "details": {"failed_login": "STANDARD"}})
}

/// What a user does to their own account.
pub(crate) fn of_user(id: u64) -> Value {
    json!({"author_id": id, "author_name": format!("user {id}"), "entity_type": "User", "entity_id": id,
           "entity_path": format!("user{id}"), "target_id": id, "target_type": "User", "target_details": format!("user {id}")})
}

/// A fetch, a clone or a push.
pub(crate) fn git(verb: &str, path: &str) -> Value {
    let action = if verb == "push" { "git-receive-pack" } else { "git-upload-pack" };
    json!({"entity_path": path, "details": {"author_class": "User",
           "custom_message": {"protocol": "ssh", "action": action, "verb": verb}}})
}
