//! CI/CD: variables and secrets, runners, job tokens, deployments, what is published.

use serde_json::json;

use crate::Scenario;
use crate::scenarios::{BERLIN, GERMANY_BY_ANOTHER_NETWORK, JAPAN_BY_THE_SAME_NETWORK, NETWORK_UNKNOWN, TOKYO};
use crate::stream::{Stream, completes, counts, tells_first};

pub(crate) const SCENARIOS: &[Scenario] = &[
    ("projects_with_variables_read_by_account", || {
        counts(
            "projects_with_variables_read_by_account",
            &["variable_viewed_api"],
            5,
            |n| json!({"entity_path": format!("grp/{n}")}),
        );
    }),
    ("projects_with_variables_read_by_graphql", || {
        counts(
            "projects_with_variables_read_by_graphql",
            &["variable_viewed_graphql"],
            10,
            |n| json!({"entity_path": format!("grp/{n}")}),
        );
    }),
    ("project_with_variables_read_by_account", || {
        tells_first(
            "project_with_variables_read_by_account",
            "variable_viewed_api",
            &json!({}),
            &json!({"entity_path": "grp/secret"}),
        );
    }),
    ("runner_address_of_account", || {
        tells_first("runner_address_of_account", "ci_runner_created", &json!({}), &json!({"ip_address": "193.0.0.9"}));
    }),
    ("runners_removed_by_account", || {
        counts("runners_removed_by_account", &["ci_runner_unregistered"], 6, |n| json!({"target_id": n}));
    }),
    ("job_token_address_of_project", || {
        tells_first(
            "job_token_address_of_project",
            "user_authenticated_using_job_token",
            &json!({"ip_address": NETWORK_UNKNOWN}),
            &json!({"ip_address": "198.41.0.5"}),
        );
        let mut stream = Stream::new();
        let json = stream.send("user_authenticated_using_job_token", json!({}));
        assert_eq!(stream.field(&json, "gitlab.first_seen[job_token_address_of_project]"), None, "by network");
    }),
    ("job_token_network_of_project", || {
        tells_first(
            "job_token_network_of_project",
            "user_authenticated_using_job_token",
            &json!({"ip_address": BERLIN}),
            &json!({"ip_address": GERMANY_BY_ANOTHER_NETWORK}),
        );
        tells_first(
            "job_token_network_of_project",
            "user_authenticated_using_job_token",
            &json!({"ip_address": JAPAN_BY_THE_SAME_NETWORK}),
            &json!({"ip_address": TOKYO}),
        );
    }),
    ("downstream_of_project", || {
        let details = json!({"upstream_root_project_path": "grp/up"});
        tells_first(
            "downstream_of_project",
            "multi_project_downstream_pipeline_created",
            &json!({"details": details}),
            &json!({"details": details, "entity_path": "grp/other"}),
        );
    }),
    ("own_deployment_approved", || {
        let deployment = json!({"target_id": 44, "target_type": "Deployment"});
        completes(
            "own_deployment_approved",
            &[("deployment_started", deployment.clone()), ("deployment_approved", deployment)],
        );
    }),
    ("secrets_read_by_project", || {
        counts("secrets_read_by_project", &["secrets_manager_read_project_secret"], 6, |n| json!({"author_id": n}));
    }),
    ("artifacts_downloaded_by_account", || {
        counts("artifacts_downloaded_by_account", &["job_artifact_downloaded"], 6, |n| json!({"target_id": n}));
    }),
    ("artifacts_downloaded_by_address", || {
        let visitor = |n| {
            json!({"target_id": n, "author_id": -1, "author_name": "An unauthenticated user",
                   "details": {"author_class": "Gitlab::Audit::UnauthenticatedAuthor"}})
        };
        counts("artifacts_downloaded_by_address", &["job_artifact_downloaded"], 6, visitor);
        // Two visitors are not one, and neither is an account.
        let mut stream = Stream::new();
        for address in ["198.51.100.1", "198.51.100.2"] {
            let mut download = visitor(1);
            download["ip_address"] = address.into();
            let json = stream.send("job_artifact_downloaded", download);
            stream.expect(&json, "gitlab.count[artifacts_downloaded_by_address]", "1");
            assert_eq!(stream.field(&json, "gitlab.count[artifacts_downloaded_by_account]"), None, "{json}");
        }
        // Who signed in is not counted as a visitor.
        let json = stream.send("job_artifact_downloaded", json!({"ip_address": "198.51.100.1"}));
        stream.expect(&json, "gitlab.count[artifacts_downloaded_by_account]", "1");
        assert_eq!(stream.field(&json, "gitlab.count[artifacts_downloaded_by_address]"), None, "{json}");
    }),
    ("publisher_of_project", || {
        tells_first("publisher_of_project", "release_created", &json!({}), &json!({"author_id": 8}));
    }),
];
