//! Tokens and keys: made in bulk, of a new kind, revoked, used in a new way.

use serde_json::json;

use crate::Scenario;
use crate::stream::{DAY, Stream, counts, tells_first};

pub(crate) const SCENARIOS: &[Scenario] = &[
    ("tokens_created_by_account", || {
        counts(
            "tokens_created_by_account",
            &["personal_access_token_created", "deploy_token_creation_failed"],
            5,
            |_| json!({}),
        );
    }),
    ("credential_kind_of_account", || {
        let mut stream = Stream::new();
        stream.send("add_ssh_key", json!({}));
        stream.now += 8 * DAY;
        for _ in 0..40 {
            stream.send("something_else", json!({}));
        }
        let name = "gitlab.first_seen[credential_kind_of_account]";
        let json = stream.send("add_ssh_key", json!({}));
        stream.expect(&json, name, "false");
        let json = stream.send("personal_access_token_created", json!({}));
        stream.expect(&json, name, "true");
    }),
    ("credentials_revoked_by_account", || {
        counts(
            "credentials_revoked_by_account",
            &["personal_access_token_revoked", "remove_ssh_key"],
            6,
            |n| json!({"target_id": n}),
        );
    }),
    ("push_protection_skips_by_account", || {
        counts("push_protection_skips_by_account", &["skip_secret_push_protection"], 4, |_| json!({}));
    }),
    ("api_request_of_account", || {
        tells_first(
            "api_request_of_account",
            "api_request_access_with_scope",
            &json!({"details": {"request": "/api/v4/user"}}),
            &json!({"details": {"request": "/api/v4/projects"}}),
        );
    }),
];
