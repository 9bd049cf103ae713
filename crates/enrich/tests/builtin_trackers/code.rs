//! Code and projects: what is read, exported, unprotected or deleted.

use serde_json::{Value, json};

use crate::Scenario;
use crate::scenarios::{BERLIN, HOSTED, HOSTED_BY_ANOTHER, TOR_EXIT, git};
use crate::stream::{Stream, completes, counts, tells_first};

pub(crate) const SCENARIOS: &[Scenario] = &[
    ("own_project_or_group_joined", || {
        let path = json!({"entity_path": "grp/new"});
        let joining = json!({"entity_path": "grp/new", "target_id": 7, "target_type": "User"});
        completes("own_project_or_group_joined", &[("project_created", path), ("member_created", joining)]);
    }),
    ("protection_dropped_and_restored", || {
        completes(
            "protection_dropped_and_restored",
            &[
                ("protected_branch_removed", json!({})),
                ("repository_git_operation", git("push", "grp/app")),
                ("protected_branch_created", json!({})),
            ],
        );
    }),
    ("protection_dropped_and_restored", || {
        let changed = |from: Value, to: Value| json!({"details": {"change": "x", "from": from, "to": to}});
        let switch = |to: bool| changed(json!(!to), json!(to));
        for (event_type, dropped, restored) in [
            ("protected_branch_allow_force_push_updated", switch(true), switch(false)),
            ("protected_branch_code_owner_approval_required_updated", switch(false), switch(true)),
            ("update_approval_rules", changed(json!(2), json!(0)), changed(json!(0), json!(2))),
        ] {
            let code_changed = ("merge_request_merged", json!({}));
            completes(
                "protection_dropped_and_restored",
                &[(event_type, dropped), code_changed, (event_type, restored)],
            );
        }
    }),
    ("severity_overrides_by_account", || {
        counts("severity_overrides_by_account", &["vulnerability_severity_override"], 6, |n| json!({"target_id": n}));
    }),
    ("projects_fetched_by_account", || {
        counts("projects_fetched_by_account", &["repository_git_operation"], 12, |n| {
            git("clone", &format!("grp/project-{n}"))
        });
    }),
    ("projects_fetched_by_account", || {
        let mut stream = Stream::new();
        let file = |project: &str, path: &str| json!({"entity_path": project, "target_details": path});
        for (project, path, read) in [("grp/a", "x.rs", "1"), ("grp/a", "y.rs", "1"), ("grp/b", "x.rs", "2")] {
            let json = stream.send("repository_file_accessed_api", file(project, path));
            stream.expect(&json, "gitlab.count[projects_fetched_by_account]", read);
        }
        let json = stream.send("repository_git_operation", git("clone", "grp/b"));
        stream.expect(&json, "gitlab.count[projects_fetched_by_account]", "2");
    }),
    ("projects_fetched_by_account_and_address", || {
        counts("projects_fetched_by_account_and_address", &["repository_git_operation"], 12, |n| {
            git("clone", &format!("grp/project-{n}"))
        });
    }),
    ("projects_browsed_by_account", || {
        counts(
            "projects_browsed_by_account",
            &["repository_file_accessed_web"],
            31,
            |n| json!({"entity_path": format!("grp/project-{n}"), "ip_address": format!("193.0.0.{n}")}),
        );
    }),
    ("projects_fetched_by_address", || {
        counts("projects_fetched_by_address", &["repository_git_operation"], 12, |n| {
            let mut fetch = git("fetch", &format!("grp/project-{n}"));
            fetch["author_id"] = n.into();
            fetch
        });
    }),
    ("fetch_address_of_project", || {
        tells_first("fetch_address_of_project", "repository_git_operation", &git("fetch", "grp/app"), &{
            let mut elsewhere = git("fetch", "grp/app");
            elsewhere["ip_address"] = "193.0.0.9".into();
            elsewhere
        });
    }),
    ("fetch_address_of_deploy_credential", || {
        let name = "fetch_address_of_deploy_credential";
        let of_key = |address: &str| {
            let mut fetch = git("fetch", "grp/app");
            fetch["author_id"] = (-3).into();
            fetch["details"]["author_class"] = "DeployKey".into();
            fetch["ip_address"] = address.into();
            fetch
        };
        tells_first(name, "repository_git_operation", &of_key("10.30.0.5"), &of_key("10.30.0.6"));
        let mut stream = Stream::new();
        let json = stream.send("repository_git_operation", git("fetch", "grp/app"));
        assert_eq!(stream.field(&json, &format!("gitlab.first_seen[{name}]")), None, "of a person");
    }),
    ("address_list_of_account", || {
        let mut stream = Stream::new();
        let name = "gitlab.first_seen[address_list_of_account]";
        let from = |address: &str| json!({"ip_address": address});
        let json = stream.send("user_authenticated_using_job_token", from(BERLIN));
        assert_eq!(stream.field(&json, name), None, "on no list");
        for (first, again) in [("true", 0), ("false", 0), ("false", 20 * 3600), ("true", 25 * 3600)] {
            stream.now += again;
            let json = stream.send("user_authenticated_using_job_token", from(TOR_EXIT));
            stream.expect(&json, name, first);
        }
        let failed =
            json!({"ip_address": TOR_EXIT, "details": {"custom_message": "Attempted to create a token but failed"}});
        let json = stream.send("personal_access_token_created", failed);
        assert_eq!(stream.field(&json, name), None, "not done");
        for first in ["true", "false"] {
            let json = stream.send("personal_access_token_created", from(TOR_EXIT));
            stream.expect(&json, name, first);
        }
    }),
    ("git_address_list_of_account", || {
        let mut stream = Stream::new();
        let name = "gitlab.first_seen[git_address_list_of_account]";
        let from = |verb: &str, address: &str| {
            let mut operation = git(verb, "grp/app");
            operation["ip_address"] = address.into();
            operation
        };
        let json = stream.send("repository_git_operation", from("fetch", BERLIN));
        assert_eq!(stream.field(&json, name), None, "on no list");
        for (first, again) in [("true", 0), ("false", 0), ("false", 20 * 3600), ("true", 25 * 3600)] {
            stream.now += again;
            let json = stream.send("repository_git_operation", from("fetch", TOR_EXIT));
            stream.expect(&json, name, first);
        }
        let json = stream.send("repository_git_operation", from("push", TOR_EXIT));
        stream.expect(&json, name, "true");
    }),
    ("hosting_network_of_account", || {
        let mut stream = Stream::new();
        let name = "gitlab.first_seen[hosting_network_of_account]";
        for (address, first) in [(HOSTED, "true"), (HOSTED, "false"), (HOSTED_BY_ANOTHER, "true"), (HOSTED, "false")] {
            let json = stream.send("authenticated_with_password", json!({"ip_address": address}));
            stream.expect(&json, name, first);
        }
        let json = stream.send("authenticated_with_password", json!({}));
        assert_eq!(stream.field(&json, name), None, "on no list");
    }),
    ("git_hosting_network_of_account", || {
        let mut stream = Stream::new();
        for (verb, address, first) in [
            ("fetch", HOSTED, "true"),
            ("fetch", HOSTED, "false"),
            ("push", HOSTED, "true"),
            ("fetch", HOSTED_BY_ANOTHER, "true"),
        ] {
            let mut operation = git(verb, "grp/app");
            operation["ip_address"] = address.into();
            let json = stream.send("repository_git_operation", operation);
            stream.expect(&json, "gitlab.first_seen[git_hosting_network_of_account]", first);
        }
    }),
    ("git_country_of_account", || {
        let mut stream = Stream::new();
        let name = "gitlab.first_seen[git_country_of_account]";
        for (first, again) in [("true", 0), ("false", 0), ("false", 20 * 3600), ("true", 25 * 3600)] {
            stream.now += again;
            let json = stream.send("repository_git_operation", git("fetch", "grp/app"));
            stream.expect(&json, name, first);
        }
        for event_type in ["repository_download_operation", "repository_file_accessed_api"] {
            let json = stream.send(event_type, json!({"entity_path": "grp/app"}));
            stream.expect(&json, name, "false");
        }
    }),
    ("exports_by_account", || {
        counts(
            "exports_by_account",
            &["project_export_created", "group_export_created"],
            4,
            |n| json!({"target_id": n}),
        );
    }),
    ("token_then_fetch", || {
        completes(
            "token_then_fetch",
            &[("personal_access_token_created", json!({})), ("repository_git_operation", git("clone", "grp/app"))],
        );
    }),
    ("feature_closed_then_opened", || {
        let name = "feature_closed_then_opened";
        let step =
            |feature: &'static str, from: &str, to: &str| (feature, json!({"details": {"from": from, "to": to}}));
        let wiki = "project_feature_wiki_access_level_updated";
        let builds = "project_feature_builds_access_level_updated";
        completes(name, &[step(wiki, "private", "disabled"), step(wiki, "disabled", "enabled")]);
        completes(name, &[step(builds, "Internal", "Private"), step(builds, "Private", "Public")]);
        let mut stream = Stream::new();
        for (feature, change) in [step(wiki, "enabled", "disabled"), step(builds, "private", "disabled")] {
            let _ = stream.send(feature, change);
        }
        let (feature, change) = step(wiki, "disabled", "enabled");
        let json = stream.send(feature, change);
        stream.expect(&json, "gitlab.sequence[feature_closed_then_opened]", "false");
    }),
    ("deletions_by_account", || {
        counts("deletions_by_account", &["project_destroyed", "group_destroyed"], 6, |n| json!({"target_id": n}));
    }),
];
