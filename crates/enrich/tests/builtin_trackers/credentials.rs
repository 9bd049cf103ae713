//! Tokens and keys: made in bulk, of a new kind, revoked, used in a new way.

use audit_event::{Origin, PluginError};
use enrich::{Arrival, EnrichedEvent};
use serde_json::json;

use crate::Scenario;
use crate::stream::{DAY, START, Stream, counts, tells_first};

pub(crate) const SCENARIOS: &[Scenario] = &[
    ("unauthorized_posts", || {
        let mut stream = Stream::new();
        let problem = PluginError { kind: "unauthorized", message: "no token", count: 1 };
        for n in 1..=3u64 {
            let arrival = Arrival { received_at: (START + n) * 1_000_000_000, origin: Origin::Webhook, instance: None };
            let json = stream.enricher.report_for(&problem, arrival, |event| EnrichedEvent::from(event).json);
            stream.expect(&json, "gitlab.count[unauthorized_posts]", &n.to_string());
        }
    }),
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
