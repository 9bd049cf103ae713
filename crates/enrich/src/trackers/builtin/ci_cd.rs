//! Trackers of CI/CD: variables and secrets, runners, job tokens, deployments, what is published.

use super::row::RowKind::{Count, Distinct, FirstSeen, Sequence};
use super::row::{ADDRESS, AUTHOR, PROJECT, Row, WEEK, WEEK_EACH};

pub(super) const ROWS: &[Row] = &[
    Row {
        detection: "G073",
        name: "projects_with_variables_read_by_account",
        key: AUTHOR,
        window: "10m",
        kind: Distinct(
            "gitlab.event_type in (variable_viewed_api, group_ci_cd_settings_accessed, project_ci_cd_settings_accessed)",
            "gitlab.entity_path",
        ),
    },
    Row {
        // Apart from the API, as a visit of a settings page writes it, too.
        detection: "G073",
        name: "projects_with_variables_read_by_graphql",
        key: AUTHOR,
        window: "10m",
        kind: Distinct("gitlab.event_type = variable_viewed_graphql", "gitlab.entity_path"),
    },
    Row {
        detection: "G073",
        name: "project_with_variables_read_by_account",
        key: AUTHOR,
        window: "90d",
        kind: FirstSeen(
            "gitlab.event_type in (variable_viewed_api, group_ci_cd_settings_accessed, project_ci_cd_settings_accessed)",
            "gitlab.entity_path",
            WEEK,
        ),
    },
    Row {
        detection: "G074",
        name: "runner_address_of_account",
        key: AUTHOR,
        window: "90d",
        kind: FirstSeen("gitlab.event_type in (ci_runner_registered, ci_runner_created)", "gitlab.ip", WEEK),
    },
    Row {
        // Runners that scaling takes away unregister themselves, with their own tokens and without an account. One that served
        // several projects may be told for each.
        detection: "G076",
        name: "runners_removed_by_account",
        key: AUTHOR,
        window: "10m",
        kind: Distinct(
            "gitlab.event_type in (ci_runner_unregistered, ci_runners_bulk_deleted) and \
             not gitlab.author.type = unauthenticated",
            "gitlab.target_id",
        ),
    },
    Row {
        // Where the network is known, it tells more: hosted runners have a new address for each job.
        detection: "G078",
        name: "job_token_address_of_project",
        key: PROJECT,
        window: "30d",
        kind: FirstSeen(
            "gitlab.event_type = user_authenticated_using_job_token and not gitlab.asn exists",
            "gitlab.ip",
            WEEK_EACH,
        ),
    },
    Row {
        detection: "G078",
        name: "job_token_network_of_project",
        key: PROJECT,
        window: "30d",
        kind: FirstSeen("gitlab.event_type = user_authenticated_using_job_token", "gitlab.asn", WEEK_EACH),
    },
    Row {
        detection: "G079",
        name: "downstream_of_project",
        key: &["gitlab.details[upstream_root_project_path]"],
        window: "90d",
        kind: FirstSeen("gitlab.event_type = multi_project_downstream_pipeline_created", "gitlab.entity_path", WEEK),
    },
    Row {
        detection: "G082",
        name: "own_deployment_approved",
        key: &["gitlab.author_id", "gitlab.entity_path", "gitlab.target_id"],
        window: "24h",
        kind: Sequence(&[
            ("gitlab.event_type = deployment_started", None),
            ("gitlab.event_type = deployment_approved", None),
        ]),
    },
    Row {
        detection: "G083",
        name: "secrets_read_by_project",
        key: PROJECT,
        window: "10m",
        kind: Count(
            "gitlab.event_type in (secrets_manager_read_project_secret, secrets_manager_delete_project_secret, \
             secrets_manager_read_group_secret, secrets_manager_delete_group_secret)",
        ),
    },
    Row {
        detection: "G084",
        name: "artifacts_downloaded_by_account",
        key: AUTHOR,
        window: "10m",
        kind: Count("gitlab.event_type = job_artifact_downloaded and not gitlab.author.type = unauthenticated"),
    },
    Row {
        // Visitors who did not sign in share one author, and are nobody's account.
        detection: "G084",
        name: "artifacts_downloaded_by_address",
        key: ADDRESS,
        window: "10m",
        kind: Count("gitlab.event_type = job_artifact_downloaded and gitlab.author.type = unauthenticated"),
    },
    Row {
        detection: "G103",
        name: "publisher_of_project",
        key: PROJECT,
        window: "180d",
        kind: FirstSeen(
            "gitlab.event_type in (package_registry_package_published, release_created, release_updated, \
             container_repository_created)",
            "gitlab.author_id",
            WEEK,
        ),
    },
];
