//! Scenarios of projects: runners, pipelines, protection, code that is read, and whatever comes from listed addresses.

use serde_json::{Value, json};

use super::super::Looking::{Own, Shipped};
use super::super::{GERMANY_BY_ANOTHER_NETWORK, JAPAN_BY_THE_SAME_NETWORK, NETWORK_UNKNOWN, Scenario, TOR_EXIT, git};
use super::{first, scenario, target, with};

pub(super) fn of_listed_addresses() -> Vec<Scenario> {
    vec![
        scenario("address_list_of_account", Shipped("GitLab sensitive action from a listed address"), |story| {
            story.event("personal_access_token_created", &json!({"ip_address": TOR_EXIT}));
        }),
        scenario("hosting_network_of_account", Own("gitlab.first_seen[hosting_network_of_account] = true"), |story| {
            story.event("personal_access_token_created", &json!({"ip_address": TOR_EXIT}));
        }),
        scenario(
            "git_hosting_network_of_account",
            Own("gitlab.first_seen[git_hosting_network_of_account] = true"),
            |story| story.event("repository_git_operation", &with(git("fetch", "grp/app"), "ip_address", TOR_EXIT)),
        ),
        scenario("git_address_list_of_account", Shipped("GitLab repository used from a listed address"), |story| {
            story.event("repository_git_operation", &with(git("fetch", "grp/app"), "ip_address", TOR_EXIT));
        }),
    ]
}

pub(super) fn of_runners() -> Vec<Scenario> {
    let from = |address: &str| json!({"ip_address": address});
    vec![
        first(
            "runner_address_of_account",
            Shipped("GitLab instance runner or runner from a new place registered"),
            "ci_runner_created",
            &json!({}),
            &from("193.0.0.9"),
        ),
        scenario("runners_removed_by_account", Shipped("GitLab runners removed in bulk"), |story| {
            let itself =
                |n| with(with(target(n), "author_id", -1), "author_name", format!("Authentication token: {n}"));
            story.events(10, "ci_runner_unregistered", itself);
            story.events(5, "ci_runner_unregistered", |n| with(target(1), "entity_id", n));
            story.events(5, "ci_runner_unregistered", target);
        }),
        first(
            "job_token_address_of_project",
            Shipped("GitLab job token used outside the runners"),
            "user_authenticated_using_job_token",
            &from(NETWORK_UNKNOWN),
            &from("198.41.0.5"),
        ),
        scenario("job_token_network_of_project", Shipped("GitLab job token used outside the runners"), |story| {
            let job = "user_authenticated_using_job_token";
            // Hosted runners: each job has an address of its own.
            story.events(20, job, |n| from(&format!("193.0.1.{n}")));
            story.eight_days_later();
            story.events(20, job, |n| from(&format!("193.0.2.{n}")));
            story.event(job, &from(JAPAN_BY_THE_SAME_NETWORK));
            story.event(job, &from(GERMANY_BY_ANOTHER_NETWORK));
        }),
    ]
}

pub(super) fn of_code() -> Vec<Scenario> {
    let downstream = |path: &str| json!({"entity_path": path, "details": {"upstream_root_project_path": "grp/up"}});
    let deployment = |id: u64| json!({"target_id": id, "target_type": "Deployment"});
    vec![
        first(
            "downstream_of_project",
            Shipped("GitLab pipeline of another project started for the first time"),
            "multi_project_downstream_pipeline_created",
            &downstream("grp/app"),
            &downstream("grp/other"),
        ),
        scenario("own_project_or_group_joined", Own("gitlab.sequence[own_project_or_group_joined] = true"), |story| {
            let joining = json!({"entity_path": "grp/new", "target_id": 7, "target_type": "User"});
            story.event("project_created", &json!({"entity_path": "grp/new"}));
            story.event("member_created", &with(joining.clone(), "target_id", 8));
            story.event("member_created", &joining);
        }),
        scenario("own_deployment_approved", Shipped("GitLab deployment approved by the one who started it"), |story| {
            story.event("deployment_started", &deployment(44));
            story.event("deployment_approved", &deployment(45));
            story.event("deployment_approved", &with(deployment(44), "author_id", 8));
            story.event("deployment_approved", &deployment(44));
        }),
        scenario("artifacts_downloaded_by_account", Shipped("GitLab job artefacts downloaded in bulk"), |story| {
            story.events(10, "job_artifact_downloaded", target);
        }),
        scenario("artifacts_downloaded_by_address", Shipped("GitLab job artefacts downloaded in bulk"), |story| {
            let visitor = |n| with(with(target(n), "author_id", -1), "author_name", "An unauthenticated user");
            story.event("job_artifact_downloaded", &with(visitor(1), "ip_address", "198.51.100.77"));
            story.events(10, "job_artifact_downloaded", visitor);
        }),
        scenario(
            "protection_dropped_and_restored",
            Shipped("GitLab branch protection dropped, code changed and protection restored"),
            |story| {
                story.event("protected_branch_removed", &json!({}));
                story.event("protected_branch_created", &json!({}));
                story.event("protected_branch_removed", &json!({}));
                story.event("repository_git_operation", &git("push", "grp/app"));
                story.event("protected_branch_created", &json!({}));
            },
        ),
        scenario(
            "feature_closed_then_opened",
            Shipped("GitLab project feature with code opened to more people"),
            |story| {
                let wiki = |from: &str, to: &str| json!({"details": {"from": from, "to": to}});
                let of_another = |members: Value| with(members, "entity_id", 30);
                let event_type = "project_feature_wiki_access_level_updated";
                story.event(event_type, &wiki("enabled", "disabled"));
                story.event(event_type, &wiki("disabled", "enabled"));
                story.event(event_type, &wiki("enabled", "private"));
                story.event(event_type, &wiki("private", "disabled"));
                story.event(event_type, &of_another(wiki("disabled", "enabled")));
                story.event("project_feature_snippets_access_level_updated", &wiki("disabled", "enabled"));
                story.event(event_type, &with(wiki("disabled", "enabled"), "entity_path", "grp/renamed"));
            },
        ),
        first(
            "publisher_of_project",
            Shipped("GitLab package, image or release published by a new author"),
            "release_created",
            &json!({}),
            &json!({"author_id": 8, "author_name": "Dev Two"}),
        ),
        scenario("severity_overrides_by_account", Shipped("GitLab finding severities overridden in bulk"), |story| {
            story.events(5, "vulnerability_severity_override", target);
        }),
        scenario("deletions_by_account", Shipped("GitLab projects or data deleted in bulk"), |story| {
            story.events(3, "project_destroyed", target);
            story.events(2, "group_destroyed", |n| target(n + 3));
        }),
    ]
}

pub(super) fn of_reading() -> Vec<Scenario> {
    let clone = |n: u64| git("clone", &format!("grp/project-{n}"));
    vec![
        scenario("projects_fetched_by_account", Shipped("GitLab repositories read in bulk"), |story| {
            story.event("repository_git_operation", &clone(1));
            story.events(10, "repository_git_operation", clone);
        }),
        scenario("projects_fetched_by_account_and_address", Shipped("GitLab repositories read in bulk"), |story| {
            story.event("repository_git_operation", &with(clone(1), "ip_address", "193.0.0.9"));
            story.events(10, "repository_git_operation", clone);
        }),
        scenario(
            "projects_browsed_by_account",
            Shipped("GitLab files of many projects opened in the browser"),
            |story| {
                let file = |n: u64| {
                    with(json!({"entity_path": format!("grp/{n}")}), "ip_address", format!("193.0.0.{}", n % 3))
                };
                story.events(60, "repository_file_accessed_web", |n| with(file(n), "author_id", -1));
                story.event("repository_file_accessed_web", &file(1));
                story.events(30, "repository_file_accessed_web", file);
            },
        ),
        scenario("git_country_of_account", Own("gitlab.first_seen[git_country_of_account] = true"), |story| {
            story.event("repository_git_operation", &git("fetch", "grp/app"));
        }),
        scenario("projects_fetched_by_address", Own("gitlab.count[projects_fetched_by_address] >= 10"), |story| {
            story.events(10, "repository_git_operation", |n| with(clone(n), "author_id", n));
        }),
        first(
            "fetch_address_of_deploy_credential",
            Own("gitlab.first_seen[fetch_address_of_deploy_credential] = true"),
            "repository_git_operation",
            &with(git("fetch", "grp/app"), "author_id", -3),
            &with(with(git("fetch", "grp/app"), "author_id", -3), "ip_address", "193.0.0.9"),
        ),
        first(
            "fetch_address_of_project",
            Shipped("GitLab project read from a new address"),
            "repository_git_operation",
            &with(git("fetch", "grp/app"), "author_id", -3),
            &with(with(git("fetch", "grp/app"), "author_id", -3), "ip_address", "193.0.0.9"),
        ),
        scenario("exports_by_account", Shipped("GitLab exports in bulk"), |story| {
            story.events(3, "project_export_created", target);
            story.events(2, "group_export_created", |n| target(n + 3));
        }),
        scenario("token_then_fetch", Shipped("GitLab token made and many repositories read"), |story| {
            story.events(5, "repository_git_operation", clone);
            story.event("personal_access_token_created", &json!({}));
            story.events(10, "repository_git_operation", clone);
        }),
    ]
}
