//! Trackers of tokens and keys: made in bulk, of a new kind, revoked, used in a new way.

use super::event_types::{key_types, token_types};
use super::row::RowKind::{Count, FirstSeen};
use super::row::{AUTHOR, Row, WEEK, WEEK_EACH};

pub(super) const ROWS: &[Row] = &[
    Row {
        detection: "G062",
        name: "tokens_created_by_account",
        key: AUTHOR,
        window: "10m",
        kind: Count(concat!(
            "gitlab.event_type in (",
            token_types!(),
            ", project_access_token_creation_failed, group_access_token_creation_failed, deploy_token_creation_failed, \
             group_deploy_token_creation_failed)"
        )),
    },
    Row {
        detection: "G063",
        name: "credential_kind_of_account",
        key: AUTHOR,
        window: "90d",
        kind: FirstSeen(
            concat!(
                "gitlab.event_type in (",
                token_types!(),
                ", ",
                key_types!(),
                ", user_authorized_oauth_application)"
            ),
            "gitlab.event_type",
            WEEK,
        ),
    },
    Row {
        detection: "G067",
        name: "credentials_revoked_by_account",
        key: AUTHOR,
        window: "10m",
        kind: Count(
            "gitlab.event_type in (personal_access_token_revoked, project_access_token_deleted, group_access_token_deleted, \
             deploy_token_revoked, group_deploy_token_revoked, deploy_key_removed, remove_ssh_key, \
             cluster_agent_token_revoked)",
        ),
    },
    Row {
        detection: "G098",
        name: "push_protection_skips_by_account",
        key: AUTHOR,
        window: "24h",
        kind: Count("gitlab.event_type = skip_secret_push_protection"),
    },
    Row {
        detection: "G131",
        name: "api_request_of_account",
        key: AUTHOR,
        window: "90d",
        kind: FirstSeen("gitlab.event_type = api_request_access_with_scope", "gitlab.details[request]", WEEK_EACH),
    },
];
