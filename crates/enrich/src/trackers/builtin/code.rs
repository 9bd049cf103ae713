//! Trackers of code and projects: what is read, exported, unprotected or deleted.

use super::event_types::{FETCHES, FROM_LISTED_ADDRESS, TOKENS};
use super::row::RowKind::{Count, Distinct, FirstSeen, Sequence};
use super::row::{
    ADDRESS, AUTHOR, AUTHOR_AND_ADDRESS, AUTHOR_AND_PROJECT, AUTHOR_AND_TYPE, AUTHOR_AND_VERB, AUTHOR_ID, PROJECT, Row,
    WEEK_EACH,
};
use crate::trackers::declaration::Learning;

const GIT_FROM_LISTED_ADDRESS: &str = "gitlab.event_type = repository_git_operation and gitlab.ip.lists exists";

/// What takes the protection of a branch away, or the review of merge requests. Changes that may be either count as both.
const PROTECTION_DROPPED: &str = "gitlab.event_type in (protected_branch_removed, protected_branch_updated) \
    or (gitlab.event_type = protected_branch_allow_force_push_updated and gitlab.op_changed_to = \"true\") \
    or (gitlab.event_type in (protected_branch_code_owner_approval_required_updated, \
    project_merge_requests_author_approval_updated, project_merge_requests_disable_committers_approval_updated) \
    and gitlab.op_changed_to = \"false\") \
    or (gitlab.event_type = update_approval_rules and gitlab.op_changed_to = \"0\")";

const PROTECTION_RESTORED: &str = "gitlab.event_type in (protected_branch_created, protected_branch_updated) \
    or (gitlab.event_type = protected_branch_allow_force_push_updated and gitlab.op_changed_to = \"false\") \
    or (gitlab.event_type in (protected_branch_code_owner_approval_required_updated, \
    project_merge_requests_author_approval_updated, project_merge_requests_disable_committers_approval_updated) \
    and gitlab.op_changed_to = \"true\") \
    or (gitlab.event_type = update_approval_rules and gitlab.op_changed_from = \"0\")";

macro_rules! features_with_code {
    () => {
        "gitlab.event_type in (project_feature_repository_access_level_updated, \
         project_feature_merge_requests_access_level_updated, project_feature_package_registry_access_level_updated, \
         project_feature_container_registry_access_level_updated, project_feature_wiki_access_level_updated, \
         project_feature_snippets_access_level_updated, project_feature_builds_access_level_updated)"
    };
}

/// A feature that members alone saw is switched off, in GitLab's words or in those of older versions.
const FEATURE_CLOSED: &str = concat!(
    features_with_code!(),
    " and ((gitlab.op_changed_from = private and gitlab.op_changed_to = disabled) \
     or (gitlab.op_changed_from = Internal and gitlab.op_changed_to = Private))"
);

/// It is switched on for everybody who may see the project.
const FEATURE_OPENED: &str = concat!(
    features_with_code!(),
    " and gitlab.op_changed_from in (disabled, Private) and gitlab.op_changed_to in (enabled, Enabled, Public)"
);

pub(super) const ROWS: &[Row] = &[
    Row {
        // Hosted builds come from ever new addresses of one list, so the list is told once for a stay, and nothing is learned.
        detection: "G019",
        name: "address_list_of_account",
        key: AUTHOR_AND_TYPE,
        window: "24h",
        kind: FirstSeen(FROM_LISTED_ADDRESS, "gitlab.ip.lists", Learning::Once(0)),
    },
    Row {
        // Who only ever fetches from there and now pushes is news.
        detection: "G019",
        name: "git_address_list_of_account",
        key: AUTHOR_AND_VERB,
        window: "24h",
        kind: FirstSeen(GIT_FROM_LISTED_ADDRESS, "gitlab.ip.lists", Learning::Once(0)),
    },
    Row {
        // The list tells of hosting providers in general: with an ASN database each of them is told. By the lists as well, because
        // one's own range at a provider makes nothing usual of the rest of that provider.
        detection: "G019",
        name: "hosting_network_of_account",
        key: &["gitlab.author.key", "gitlab.event_type", "gitlab.ip.lists"],
        window: "24h",
        kind: FirstSeen(FROM_LISTED_ADDRESS, "gitlab.asn", Learning::Once(0)),
    },
    Row {
        detection: "G019",
        name: "git_hosting_network_of_account",
        key: &["gitlab.author.key", "gitlab.git.verb", "gitlab.ip.lists"],
        window: "24h",
        kind: FirstSeen(GIT_FROM_LISTED_ADDRESS, "gitlab.asn", Learning::Once(0)),
    },
    Row {
        // Whoever makes a project or group becomes its Owner by that; the event of the membership may come before the other.
        detection: "G042",
        name: "own_project_or_group_joined",
        key: &["gitlab.author_id", "gitlab.entity_path"],
        window: "5m",
        kind: Sequence(&[
            ("gitlab.event_type in (project_created, group_created)", None),
            ("gitlab.event_type = member_created and gitlab.author.is_target = true", None),
        ]),
    },
    Row {
        detection: "G094",
        name: "protection_dropped_and_restored",
        key: &["gitlab.author_id", "gitlab.entity_path"],
        window: "30m",
        kind: Sequence(&[
            (PROTECTION_DROPPED, None),
            (
                "gitlab.event_type = merge_request_merged or \
                 (gitlab.event_type = repository_git_operation and gitlab.git.verb = push)",
                None,
            ),
            (PROTECTION_RESTORED, None),
        ]),
    },
    Row {
        detection: "G104",
        name: "severity_overrides_by_account",
        key: AUTHOR,
        window: "1h",
        kind: Count("gitlab.event_type = vulnerability_severity_override"),
    },
    Row {
        detection: "G110",
        name: "projects_fetched_by_account",
        key: AUTHOR,
        window: "10m",
        kind: Distinct(FETCHES, "gitlab.entity_path"),
    },
    Row {
        // Builds fetch in the name of whoever started them, from a runner's address.
        detection: "G110",
        name: "projects_fetched_by_account_and_address",
        key: AUTHOR_AND_ADDRESS,
        window: "10m",
        kind: Distinct(FETCHES, "gitlab.entity_path"),
    },
    Row {
        detection: "G110",
        name: "projects_fetched_by_address",
        key: ADDRESS,
        window: "10m",
        kind: Distinct(FETCHES, "gitlab.entity_path"),
    },
    Row {
        // Apart from the API, with higher steps: people look for something in many projects. From whichever address: builds open no files
        // in a browser, and who has somebody's session cookie changes addresses as they like.
        detection: "G110",
        name: "projects_browsed_by_account",
        key: AUTHOR,
        window: "10m",
        kind: Distinct(
            "gitlab.event_type = repository_file_accessed_web and not gitlab.author.type = unauthenticated",
            "gitlab.entity_path",
        ),
    },
    Row {
        // Whether a key or token itself has read the project from here: that people have, who sit in the same office, says nothing of it.
        detection: "G110",
        name: "fetch_address_of_deploy_credential",
        key: AUTHOR_AND_PROJECT,
        window: "30d",
        kind: FirstSeen(
            "gitlab.event_type in (repository_git_operation, repository_download_operation) and \
             gitlab.author.type in (deploy_key, deploy_token)",
            "gitlab.ip",
            WEEK_EACH,
        ),
    },
    Row {
        detection: "G111",
        name: "fetch_address_of_project",
        key: PROJECT,
        window: "30d",
        kind: FirstSeen(
            "gitlab.event_type in (repository_git_operation, repository_download_operation)",
            "gitlab.ip",
            WEEK_EACH,
        ),
    },
    Row {
        // Says so once for a stay, so there is nothing to learn.
        detection: "G112",
        name: "git_country_of_account",
        key: AUTHOR,
        window: "24h",
        kind: FirstSeen(
            "gitlab.event_type in (repository_git_operation, repository_download_operation, repository_file_accessed_api)",
            "gitlab.countryisocode",
            Learning::Once(0),
        ),
    },
    Row {
        detection: "G113",
        name: "exports_by_account",
        key: AUTHOR,
        window: "10m",
        // Without the downloads of relations, of which the transfer of one project has dozens.
        kind: Count(
            "gitlab.event_type in (project_export_created, project_export_file_download_started, group_export_created, \
             direct_transfer_relations_export_initiated)",
        ),
    },
    Row {
        detection: "G117",
        name: "token_then_fetch",
        key: &["gitlab.author_id"],
        window: "30m",
        kind: Sequence(&[(TOKENS, AUTHOR_ID), (FETCHES, AUTHOR_ID)]),
    },
    Row {
        // By the project's id: renaming it in between hides nothing.
        detection: "G114",
        name: "feature_closed_then_opened",
        key: &["gitlab.entity_id", "gitlab.event_type"],
        window: "90d",
        kind: Sequence(&[(FEATURE_CLOSED, None), (FEATURE_OPENED, None)]),
    },
    Row {
        detection: "G121",
        name: "deletions_by_account",
        key: AUTHOR,
        window: "10m",
        kind: Count(
            "gitlab.event_type in (project_destroyed, project_deletion_marked, group_destroyed, group_deletion_marked, \
             container_repository_deleted, container_repository_tags_deleted, package_registry_package_deleted, \
             delete_merge_request, delete_issue, delete_work_item, merged_merge_request_deleted)",
        ),
    },
];
