//! What the events of several scenarios say.

use serde_json::{Value, json};

/// Who asks for a sign-in, which fails: nobody knows them yet.
pub(crate) fn failure_of(account: u64) -> Value {
    json!({"author_id": -1, "author_name": "An unauthenticated user", "entity_type": "User", "entity_id": account,
           "target_id": account, "target_type": "User", "target_details": format!("user {account}")})
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
