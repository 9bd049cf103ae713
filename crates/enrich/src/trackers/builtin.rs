//! The trackers that are always there: one or more for each detection that needs memory.
//!
//! Accounts are keyed by `gitlab.author_id` and `gitlab.author_name`: deploy tokens, deploy keys and people who are not
//! signed in share one id each, and their names tell them apart. A sign-in that failed has no author, so its account is
//! the target.

use super::declaration::{Learning, StepDeclaration, TrackerDeclaration, TrackerKind};
use super::duration::nanoseconds;
use super::read::DEFAULT_MAX_KEYS;

/// A tracker and the detection that it serves, by its number in the catalogue of detections.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuiltinTracker {
    /// Such as `G010`.
    pub detection: &'static str,
    /// The tracker.
    pub declaration: TrackerDeclaration,
}

/// A row of the table.
struct Row {
    detection: &'static str,
    name: &'static str,
    key: &'static [&'static str],
    window: &'static str,
    kind: RowKind,
}

enum RowKind {
    Count(&'static str),
    Distinct(&'static str, &'static str),
    /// Condition and value.
    FirstSeen(&'static str, &'static str, Learning),
    Sequence(&'static [(&'static str, Option<&'static [&'static str]>)]),
    Session {
        condition: &'static str,
        start: &'static str,
        start_key: &'static str,
        end: &'static str,
        value: &'static str,
    },
    Travel(&'static str),
}

use RowKind::{Count, Distinct, FirstSeen, Sequence, Session, Travel};

const DAY: u64 = 86_400 * 1_000_000_000;
const WEEK_EACH: Learning = Learning::EachKey(7 * DAY);
const WEEK: Learning = Learning::Once(7 * DAY);

const AUTHOR: &[&str] = &["gitlab.author_id", "gitlab.author_name"];
const ACCOUNT: &[&str] = &["gitlab.target_id", "gitlab.target_details"];
const ADDRESS: &[&str] = &["gitlab.ip"];
const AUTHOR_AND_ADDRESS: &[&str] = &["gitlab.author_id", "gitlab.author_name", "gitlab.ip"];
const PROJECT: &[&str] = &["gitlab.entity_path"];
const EVERYTHING: &[&str] = &[];

macro_rules! sign_in_failures {
    () => {
        "gitlab.event_type in (login_failed_with_standard_authentication, login_failed_with_otp_authentication, \
         login_failed_with_webauthn_authentication, omniauth_login_failed)"
    };
}
macro_rules! sign_in_types {
    () => {
        "authenticated_with_password, authenticated_with_two_factor, authenticated_with_webauthn, authenticated_with_ldap, \
         authenticated_with_oauth, authenticated_with_group_saml, smartcard_authentication_created"
    };
}
macro_rules! token_types {
    () => {
        "personal_access_token_created, project_access_token_created, group_access_token_created, deploy_token_created, \
         group_deploy_token_created, cluster_agent_token_created"
    };
}

const SIGN_IN_FAILURES: &str = sign_in_failures!();
const SIGN_INS: &str = concat!("gitlab.event_type in (", sign_in_types!(), ")");
const TOKENS: &str = concat!("gitlab.event_type in (", token_types!(), ")");
const CREDENTIALS: &str = concat!("gitlab.event_type in (", token_types!(), ", add_ssh_key)");
const FETCHES: &str = "gitlab.event_type in (repository_download_operation, public_repository_download_operation) or \
                       (gitlab.event_type = repository_git_operation and gitlab.git.verb in (fetch, clone))";
const TARGET: Option<&[&str]> = Some(&["gitlab.target_id"]);
const AUTHOR_ID: Option<&[&str]> = Some(&["gitlab.author_id"]);

/// The table.
const ROWS: &[Row] = &[
    Row {
        detection: "G007",
        name: "unauthorized_posts",
        key: EVERYTHING,
        window: "10m",
        kind: Count("gitlab.event_type = pluginerror and gitlab.pluginerror.kind = unauthorized"),
    },
    Row {
        detection: "G010",
        name: "failed_sign_ins_by_account",
        key: ACCOUNT,
        window: "5m",
        kind: Count(SIGN_IN_FAILURES),
    },
    Row {
        detection: "G011",
        name: "accounts_tried_by_address",
        key: ADDRESS,
        window: "10m",
        kind: Distinct(
            "gitlab.event_type in (login_failed_with_standard_authentication, omniauth_login_failed)",
            "gitlab.target_details",
        ),
    },
    Row {
        detection: "G012",
        name: "failures_then_sign_in",
        key: &["gitlab.target_id"],
        window: "15m",
        // Everybody mistypes a password one to three times now and then, and signs in.
        kind: Sequence(&[
            (SIGN_IN_FAILURES, None),
            (SIGN_IN_FAILURES, None),
            (SIGN_IN_FAILURES, None),
            (SIGN_IN_FAILURES, None),
            (SIGN_IN_FAILURES, None),
            (SIGN_INS, None),
        ]),
    },
    Row {
        detection: "G013",
        name: "failed_codes_by_account",
        key: ACCOUNT,
        window: "5m",
        kind: Count(
            "gitlab.event_type in (login_failed_with_otp_authentication, login_failed_with_webauthn_authentication)",
        ),
    },
    Row {
        detection: "G017",
        name: "country_of_account",
        key: AUTHOR,
        window: "30d",
        kind: FirstSeen(SIGN_INS, "gitlab.countryisocode", WEEK_EACH),
    },
    Row {
        detection: "G017",
        name: "network_of_account",
        key: AUTHOR,
        window: "30d",
        kind: FirstSeen(SIGN_INS, "gitlab.asn", WEEK_EACH),
    },
    Row {
        detection: "G018",
        name: "travel",
        key: &["gitlab.author_id"],
        window: "30d",
        kind: Travel(concat!(
            "gitlab.event_type in (",
            sign_in_types!(),
            ", repository_git_operation) and gitlab.author.type = user"
        )),
    },
    Row {
        detection: "G021",
        name: "password_resets_by_address",
        key: ADDRESS,
        window: "10m",
        kind: Count("gitlab.event_type in (password_reset_requested, password_reset_failed)"),
    },
    Row {
        detection: "G021",
        name: "password_resets",
        key: EVERYTHING,
        window: "10m",
        kind: Count("gitlab.event_type in (password_reset_requested, password_reset_failed)"),
    },
    Row {
        detection: "G024",
        name: "reset_sign_in_credential",
        key: &["gitlab.author_id"],
        window: "1h",
        kind: Sequence(&[
            (
                "gitlab.event_type in (password_reset_requested, user_password_updated, user_email_address_updated) and \
                 gitlab.entity_type = User",
                Some(&["gitlab.entity_id"]),
            ),
            (SIGN_INS, None),
            (CREDENTIALS, None),
        ]),
    },
    Row {
        detection: "G037",
        name: "denied_group_access_by_address",
        key: ADDRESS,
        window: "10m",
        kind: Count("gitlab.event_type = ip_restricted_group_accessed"),
    },
    Row {
        // One event for the user and up to 20 copies for the user's groups; a group's owner on GitLab.com gets copies alone.
        detection: "G046",
        name: "impersonation_begun",
        key: &["gitlab.author_id", "gitlab.target_id"],
        window: "1m",
        kind: FirstSeen(
            "gitlab.event_type = user_impersonation and not gitlab.custom_message icontains stopped",
            "gitlab.event_type",
            Learning::Once(0),
        ),
    },
    Row {
        detection: "G047",
        name: "impersonation",
        key: &["gitlab.author_id"],
        // GitLab ends the session of an administrator by itself; a lost end must not mark a user for ever.
        window: "12h",
        kind: Session {
            condition: concat!(
                "gitlab.event_type in (",
                token_types!(),
                ", add_ssh_key, member_updated, project_visibility_level_updated)"
            ),
            start: "gitlab.event_type = user_impersonation and gitlab.custom_message icontains started",
            start_key: "gitlab.target_id",
            end: "gitlab.event_type = user_impersonation and gitlab.custom_message icontains stopped",
            value: "gitlab.author_name",
        },
    },
    Row {
        detection: "G048",
        name: "new_account_made_powerful",
        key: &["gitlab.target_id"],
        window: "1h",
        kind: Sequence(&[
            ("gitlab.event_type = user_created", TARGET),
            (
                "(gitlab.event_type = user_admin_status_updated and gitlab.op_changed_to = true) or \
                 (gitlab.event_type = member_created and gitlab.role in (Owner, Maintainer))",
                TARGET,
            ),
        ]),
    },
    Row {
        detection: "G049",
        name: "accounts_created",
        key: EVERYTHING,
        window: "10m",
        kind: Count("gitlab.event_type in (user_created, registration_created, user_provisioned_by_scim)"),
    },
    Row {
        detection: "G052",
        name: "admin_mode_address_of_account",
        key: AUTHOR,
        window: "30d",
        kind: FirstSeen("gitlab.event_type = user_enable_admin_mode", "gitlab.ip", WEEK),
    },
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
            concat!("gitlab.event_type in (", token_types!(), ", add_ssh_key, user_authorized_oauth_application)"),
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
        detection: "G078",
        name: "job_token_address_of_project",
        key: PROJECT,
        window: "30d",
        kind: FirstSeen("gitlab.event_type = user_authenticated_using_job_token", "gitlab.ip", WEEK_EACH),
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
        kind: Count("gitlab.event_type = job_artifact_downloaded"),
    },
    Row {
        detection: "G094",
        name: "protection_dropped_and_restored",
        key: &["gitlab.author_id", "gitlab.entity_path"],
        window: "30m",
        kind: Sequence(&[
            ("gitlab.event_type in (protected_branch_removed, protected_branch_updated)", None),
            (
                "gitlab.event_type = merge_request_merged or \
                 (gitlab.event_type = repository_git_operation and gitlab.git.verb = push)",
                None,
            ),
            ("gitlab.event_type in (protected_branch_created, protected_branch_updated)", None),
        ]),
    },
    Row {
        detection: "G098",
        name: "push_protection_skips_by_account",
        key: AUTHOR,
        window: "24h",
        kind: Count("gitlab.event_type = skip_secret_push_protection"),
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
        kind: FirstSeen("gitlab.event_type = repository_git_operation", "gitlab.countryisocode", Learning::Once(0)),
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
    Row {
        detection: "G122",
        name: "lockouts_by_account",
        key: AUTHOR,
        window: "10m",
        kind: Count("gitlab.event_type in (user_blocked, ban_user, user_deactivate, user_destroyed, member_destroyed)"),
    },
    Row {
        detection: "G131",
        name: "api_request_of_account",
        key: AUTHOR,
        window: "90d",
        kind: FirstSeen("gitlab.event_type = api_request_access_with_scope", "gitlab.details[request]", WEEK_EACH),
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
];

/// The built-in trackers, in the order of the detections.
pub fn builtin_trackers() -> Vec<BuiltinTracker> {
    ROWS.iter().map(Row::tracker).collect()
}

impl Row {
    fn tracker(&self) -> BuiltinTracker {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let some = |condition: &str| Some(condition.to_owned());
        let kind = match self.kind {
            Count(condition) => TrackerKind::Count { condition: some(condition) },
            Distinct(condition, value) => TrackerKind::Distinct { condition: some(condition), value: value.to_owned() },
            FirstSeen(condition, value, learning) => {
                TrackerKind::FirstSeen { condition: some(condition), value: value.to_owned(), learning }
            }
            Sequence(steps) => {
                let step = |(condition, key): &(&str, Option<&[&str]>)| StepDeclaration {
                    condition: (*condition).to_owned(),
                    key: key.map(owned),
                };
                TrackerKind::Sequence { steps: steps.iter().map(step).collect() }
            }
            Session { condition, start, start_key, end, value } => TrackerKind::Session {
                condition: some(condition),
                start: StepDeclaration { condition: start.to_owned(), key: Some(vec![start_key.to_owned()]) },
                end: end.to_owned(),
                value: value.to_owned(),
            },
            Travel(condition) => TrackerKind::Travel { condition: some(condition) },
        };
        let declaration = TrackerDeclaration {
            name: self.name.to_owned(),
            kind,
            key: owned(self.key),
            window: nanoseconds(self.window).unwrap_or_default(),
            max_keys: DEFAULT_MAX_KEYS,
        };
        BuiltinTracker { detection: self.detection, declaration }
    }
}
