//! What an operator may put into each list, and what it changes.

use serde_json::{Value, json};

use super::tuned::{Says, Tuned, at_height, in_project, of_user};

#[expect(clippy::too_many_lines, reason = "a table")]
pub(super) fn lists() -> Vec<Tuned> {
    let row = |name, items, event, before, after| Tuned { name, says: Says::Items(items), event, before, after };
    let fetch =
        |found: &Value| in_project("repository_git_operation", &json!({"ip_address": "203.0.113.20", "_falco": found}));
    let fetch_abroad = || {
        fetch(
            &json!({"place": {"country": "Finland", "country_iso_code": "FI"}, "first_seen": {"git_country_of_account": true}}),
        )
    };
    vec![
        row(
            "gitlab_known_countries",
            "[FR]",
            of_user(
                "authenticated_with_webauthn",
                7,
                &json!({"_falco": {"place": {"country": "France", "country_iso_code": "FR"}}}),
            ),
            Some("GitLab sign-in from an unknown country"),
            None,
        ),
        row(
            "gitlab_responders",
            "[\"1042\"]",
            of_user("user_password_updated", 1042, &json!({"entity_id": 8, "target_id": 8})),
            Some("GitLab password or mail address changed by somebody else"),
            Some("GitLab containment by a responder"),
        ),
        row(
            "gitlab_admin_users",
            "[\"55\"]",
            of_user("authenticated_with_password", 55, &json!({})),
            None,
            Some("GitLab password alone opened an account"),
        ),
        row(
            "gitlab_admin_users",
            "[\"55\"]",
            in_project("member_created", &json!({"author_id": 55, "target_id": 55, "details": {"as": "Owner"}})),
            Some("GitLab account made itself Owner or Maintainer"),
            Some("GitLab member made Owner or Maintainer"),
        ),
        row(
            "gitlab_break_glass_accounts",
            "[\"77\"]",
            of_user("authenticated_with_webauthn", 77, &json!({})),
            None,
            Some("GitLab root or break-glass account active"),
        ),
        row(
            "gitlab_provisioning_accounts",
            "[\"7\"]",
            in_project("webhook_created", &json!({})),
            Some("GitLab webhook added"),
            None,
        ),
        row(
            "gitlab_provisioning_accounts",
            "[\"7\"]",
            at_height("user_created", "accounts_created", 5),
            Some("GitLab accounts created in a burst"),
            None,
        ),
        row(
            "gitlab_provisioning_accounts",
            "[\"7\"]",
            in_project(
                "variable_viewed_api",
                &json!({"_falco": {"first_seen": {"project_with_variables_read_by_account": true}}}),
            ),
            Some("GitLab CI/CD variables of a project read by a new account"),
            None,
        ),
        row(
            "gitlab_provisioning_accounts",
            "[\"7\"]",
            of_user("personal_access_token_created", 7, &json!({"target_id": 8})),
            Some("GitLab access token made for somebody else"),
            Some("GitLab access token created"),
        ),
        row(
            "gitlab_provisioning_accounts",
            "[\"7\"]",
            at_height("project_access_token_created", "tokens_created_by_account", 5),
            Some("GitLab access tokens made or refused in a burst"),
            Some("GitLab access token created"),
        ),
        row(
            "gitlab_provisioning_accounts",
            "[\"7\"]",
            of_user("personal_access_token_created", 7, &json!({"details": {"scopes": ["api"]}})),
            Some("GitLab access token with strong scopes created"),
            Some("GitLab access token created"),
        ),
        row(
            "gitlab_provisioning_accounts",
            "[\"7\"]",
            in_project("member_created", &json!({"target_id": 8, "details": {"as": "Owner"}})),
            Some("GitLab member made Owner or Maintainer"),
            None,
        ),
        row(
            "gitlab_provisioning_accounts",
            "[\"7\"]",
            in_project("member_created", &json!({"target_id": 7, "details": {"as": "Owner"}})),
            Some("GitLab account made itself Owner or Maintainer"),
            None,
        ),
        row(
            "gitlab_provisioning_accounts",
            "[\"7\"]",
            at_height("ci_runner_unregistered", "runners_removed_by_account", 5),
            Some("GitLab runners removed in bulk"),
            None,
        ),
        row(
            "gitlab_own_lists",
            "[office]",
            of_user("authenticated_with_webauthn", 7, &json!({"_falco": {"address_lists": ["office", "tor_exits"]}})),
            Some("GitLab sign-in from a listed address"),
            None,
        ),
        row(
            "gitlab_runner_networks",
            "[203.0.113.16/28]",
            in_project(
                "user_authenticated_using_job_token",
                &json!({"ip_address": "203.0.113.20", "_falco": {"first_seen": {"job_token_address_of_project": true}}}),
            ),
            Some("GitLab job token used outside the runners"),
            None,
        ),
        row(
            "gitlab_runner_networks",
            "[203.0.113.16/28]",
            fetch(
                &json!({"address_lists": ["hosting_providers"], "first_seen": {"git_address_list_of_account": true}}),
            ),
            Some("GitLab repository used from a listed address"),
            None,
        ),
        row(
            "gitlab_runner_networks",
            "[203.0.113.16/28]",
            fetch(&json!({"travel": {"speed_kmh": 9000, "distance_km": 9000, "from_country": "DE"}})),
            Some("GitLab account used from two distant places"),
            None,
        ),
        row(
            "gitlab_runner_networks",
            "[203.0.113.16/28]",
            at_height("repository_download_operation", "projects_fetched_by_account_and_address", 10),
            Some("GitLab repositories read in bulk"),
            None,
        ),
        row(
            "gitlab_runner_networks",
            "[203.0.113.16/28]",
            in_project(
                "repository_git_operation",
                &json!({
                    "author_id": -3, "ip_address": "203.0.113.20", "_falco": {"first_seen": {"fetch_address_of_project": true}}
                }),
            ),
            Some("GitLab project read from a new address"),
            None,
        ),
        row(
            "gitlab_runner_networks",
            "[203.0.113.16/28]",
            fetch_abroad(),
            Some("GitLab repository used from an unknown country"),
            None,
        ),
        row(
            "gitlab_mirror_networks",
            "[203.0.113.16/28]",
            fetch_abroad(),
            Some("GitLab repository used from an unknown country"),
            None,
        ),
        row(
            "gitlab_known_oauth_applications",
            "[Our portal]",
            of_user(
                "oauth_application_created",
                7,
                &json!({"details": {"application_name": "Our portal", "scopes": ["api"]}}),
            ),
            Some("GitLab OAuth application with wide access"),
            Some("GitLab OAuth application with wide access"),
        ),
        row(
            "gitlab_mirror_networks",
            "[203.0.113.16/28]",
            at_height("repository_download_operation", "projects_fetched_by_account_and_address", 10),
            Some("GitLab repositories read in bulk"),
            None,
        ),
        row(
            "gitlab_main_branches",
            "[trunk]",
            in_project("protected_branch_removed", &json!({"target_details": "trunk"})),
            Some("GitLab branch protection removed"),
            Some("GitLab protection of a main branch removed"),
        ),
        row(
            "gitlab_sensitive_projects",
            "[grp/app]",
            in_project("project_fork_operation", &json!({})),
            None,
            Some("GitLab project moved to another namespace or sensitive project forked"),
        ),
        row(
            "gitlab_known_oauth_applications",
            "[Our portal]",
            of_user(
                "user_authorized_oauth_application",
                7,
                &json!({"details": {"application_name": "Our portal", "scopes": ["api"]}}),
            ),
            Some("GitLab OAuth application with wide access"),
            Some("GitLab OAuth application registered or authorised"),
        ),
        row(
            "gitlab_known_bots",
            "[Dev One]",
            in_project("merge_request_merged_by_project_bot", &json!({})),
            Some("GitLab merge by an unknown bot or against invalid approval rules"),
            None,
        ),
        row(
            "gitlab_known_stream_destinations",
            "[Our collector]",
            in_project(
                "created_instance_audit_event_streaming_destination",
                &json!({"target_details": "Our collector"}),
            ),
            Some("GitLab audit event stream destination added"),
            None,
        ),
        row(
            "gitlab_threat_lists",
            "[abuse]",
            of_user("authenticated_with_webauthn", 7, &json!({"_falco": {"address_lists": ["abuse"]}})),
            None,
            Some("GitLab sign-in from a listed address"),
        ),
        row(
            "gitlab_hosting_lists",
            "[abuse, threat_feed]",
            in_project(
                "repository_git_operation",
                &json!({"_falco": {"address_lists": ["threat_feed"], "first_seen": {"git_address_list_of_account": false}}}),
            ),
            Some("GitLab repository used from a listed address"),
            None,
        ),
        row(
            "gitlab_runner_networks",
            "[203.0.113.16/28]",
            in_project(
                "webhook_created",
                &json!({"ip_address": "203.0.113.20", "_falco": {"address_lists": ["hosting_providers"]}}),
            ),
            Some("GitLab sensitive action from a listed address"),
            Some("GitLab webhook added"),
        ),
        row(
            "gitlab_provisioning_accounts",
            "[\"7\"]",
            in_project("add_ssh_key", &json!({"_falco": {"address_lists": ["hosting_providers"]}})),
            Some("GitLab sensitive action from a listed address"),
            Some("GitLab SSH, GPG or deploy key added"),
        ),
        row(
            "gitlab_provisioning_accounts",
            "[\"7\"]",
            in_project("add_ssh_key", &json!({"_falco": {"address_lists": ["tor_exits"]}})),
            Some("GitLab sensitive action from a listed address"),
            Some("GitLab sensitive action from a listed address"),
        ),
        row(
            "gitlab_provisioning_accounts",
            "[\"7\"]",
            in_project("member_updated", &json!({"_falco": {"address_lists": ["hosting_providers"]}})),
            Some("GitLab sensitive action from a listed address"),
            Some("GitLab sensitive action from a listed address"),
        ),
        row(
            "gitlab_responders",
            "[\"7\"]",
            in_project(
                "ci_variable_updated",
                &json!({"target_type": "Ci::Variable", "_falco": {"address_lists": ["hosting_providers"]}}),
            ),
            Some("GitLab sensitive action from a listed address"),
            Some("GitLab containment by a responder"),
        ),
        row(
            "gitlab_responders",
            "[\"7\"]",
            in_project("ci_variable_updated", &json!({"_falco": {"address_lists": ["tor_exits"]}})),
            Some("GitLab sensitive action from a listed address"),
            Some("GitLab sensitive action from a listed address"),
        ),
        row(
            "gitlab_responders",
            "[\"7\"]",
            in_project("add_ssh_key", &json!({"_falco": {"address_lists": ["hosting_providers"]}})),
            Some("GitLab sensitive action from a listed address"),
            Some("GitLab sensitive action from a listed address"),
        ),
        row(
            "gitlab_burst_steps",
            "[7]",
            at_height("user_created", "accounts_created", 7),
            None,
            Some("GitLab accounts created in a burst"),
        ),
        row(
            "gitlab_large_burst_steps",
            "[7]",
            at_height("job_artifact_downloaded", "artifacts_downloaded_by_account", 7),
            None,
            Some("GitLab job artefacts downloaded in bulk"),
        ),
        row(
            "gitlab_scattered_burst_steps",
            "[7]",
            at_height("repository_download_operation", "projects_fetched_by_account", 7),
            None,
            Some("GitLab repositories read in bulk"),
        ),
        row(
            "gitlab_second_factor_failure_steps",
            "[2]",
            at_height("login_failed_with_otp_authentication", "failed_codes_by_account", 2),
            Some("GitLab second factor failed at sign-in"),
            Some("GitLab one-time codes guessed"),
        ),
        row(
            "gitlab_spray_steps",
            "[7]",
            at_height("omniauth_login_failed", "accounts_tried", 7),
            Some("GitLab sign-in failed"),
            Some("GitLab passwords guessed for many accounts"),
        ),
        row(
            "gitlab_break_glass_steps",
            "[2]",
            in_project(
                "member_created",
                &json!({"author_id": 1, "details": {"as": "Developer"}, "_falco": {"burst": {"sensitive_acts_by_account": 2}}}),
            ),
            None,
            Some("GitLab sensitive action by root or a break-glass account"),
        ),
        row(
            "gitlab_secret_skip_steps",
            "[2]",
            at_height("skip_secret_push_protection", "push_protection_skips_by_account", 2),
            Some("GitLab secret push protection weakened or skipped"),
            Some("GitLab secret push protection skipped again and again"),
        ),
    ]
}
