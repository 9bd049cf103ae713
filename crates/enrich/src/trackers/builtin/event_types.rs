//! Groups of event types that several trackers look at.

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
// Without the tokens that GitLab makes for each session of an agent (`third_party_agent_token_created`): nobody asked for them.
macro_rules! token_types {
    () => {
        "personal_access_token_created, project_access_token_created, group_access_token_created, deploy_token_created, \
         group_deploy_token_created, cluster_agent_token_created, runner_controller_token_created"
    };
}
macro_rules! key_types {
    () => {
        "add_ssh_key, add_gpg_key, deploy_key_added"
    };
}

pub(super) const SIGN_IN_FAILURES: &str = sign_in_failures!();
pub(super) const FAILURES_BY_NAME: &str = concat!(sign_in_failures!(), " and gitlab.author_id = \"-1\"");
pub(super) const SIGN_IN_FAILURES_OF_ACCOUNTS: &str = concat!(sign_in_failures!(), " and gitlab.target_type = User");
pub(super) const SIGN_INS: &str = concat!("gitlab.event_type in (", sign_in_types!(), ")");
pub(super) const TOKENS: &str = concat!("gitlab.event_type in (", token_types!(), ")");

/// The list `gitlab_lasting_credentials` of the shipped rules.
macro_rules! credential_types {
    () => {
        concat!(token_types!(), ", ", key_types!(), ", user_enable_passkey")
    };
}

/// What still opens an account after the next change of its password, in the hands of who has it now.
macro_rules! lasting_types {
    () => {
        concat!(credential_types!(), ", user_enable_two_factor, user_authorized_oauth_application")
    };
}

pub(super) const LASTING_CREDENTIALS: &str = concat!("gitlab.event_type in (", lasting_types!(), ")");

/// The steps of a take-over that are done in a session.
macro_rules! take_over_types {
    () => {
        concat!(
            sign_in_types!(),
            ", ",
            lasting_types!(),
            ", user_password_updated, user_email_address_updated, email_created"
        )
    };
}

pub(super) const STEPS_OF_A_TAKE_OVER: &str = concat!("gitlab.event_type in (", take_over_types!(), ")");
// Where the provider of an address is not known; an address from within is one of many that a VPN or an office gives.
pub(super) const STEPS_OF_A_TAKE_OVER_FROM_AN_UNKNOWN_PROVIDER: &str = concat!(
    "gitlab.event_type in (",
    take_over_types!(),
    ") and not gitlab.asn exists and not gitlab.ip.class in (private, cgnat, loopback, link_local)"
);
// A script that reads the files of many projects through the API takes from each what it looks for, as one that clones them. What is
// opened in the browser is counted apart: people look for something in many projects.
pub(super) const FETCHES: &str = "gitlab.event_type in (repository_download_operation, public_repository_download_operation, \
                       repository_file_accessed_api) or \
                       (gitlab.event_type = repository_git_operation and gitlab.git.verb in (fetch, clone))";
/// What an intruder, or an administrator in somebody else's name, should not do unseen: the list `gitlab_sensitive_acts` of the
/// shipped rules.
macro_rules! sensitive_types {
    () => {
        concat!(
            token_types!(),
            ", ",
            key_types!(),
            ", user_authorized_oauth_application, user_enable_passkey, user_email_address_updated, email_created, user_password_updated, \
             user_disable_two_factor, user_enable_admin_mode, user_admin_status_updated, member_created, member_updated, \
             project_visibility_level_updated, group_visibility_level_updated, group_saml_provider_create, \
             group_saml_provider_update, protected_branch_removed, project_destroyed, group_destroyed, \
             project_export_created, project_export_file_download_started, group_export_created, ci_variable_created, \
             ci_variable_updated, ci_variable_deleted, ci_group_variable_created, ci_group_variable_updated, \
             ci_group_variable_deleted, ci_instance_variable_created, ci_instance_variable_updated, \
             ci_instance_variable_deleted, variable_viewed_api, ci_runner_registered, ci_runner_created, webhook_created, \
             project_deletion_marked, group_deletion_marked, protected_branch_updated, \
             protected_branch_allow_force_push_updated, project_namespace_updated, \
             direct_transfer_relations_export_initiated, create_ssh_certificate, \
             create_instance_ssh_certificate, oauth_application_created, application_setting_updated, \
             project_group_link_created, group_share_with_group_link_created, change_membership_state, \
             project_feature_repository_access_level_updated, \
             project_feature_package_registry_access_level_updated, project_feature_pages_access_level_updated, \
             security_policy_update, security_policy_delete, ip_restrictions_changed"
        )
    };
}

/// Where the account signs in from, and what opens it for long is made. What else is done there first, of which another rule may speak,
/// does not make the country a known one.
pub(super) const SIGN_INS_AND_CREDENTIALS: &str = concat!(
    "gitlab.event_type in (",
    sign_in_types!(),
    ") or (gitlab.event_type in (",
    credential_types!(),
    ") and not gitlab.attempt_failed = true and not gitlab.ip.lists intersects (own_networks))"
);
/// Where the account works from. What is done on one's own networks, as by jobs on runners, says nothing of who does it.
pub(super) const SIGN_INS_AND_SENSITIVE_ACTS: &str = concat!(
    "gitlab.event_type in (",
    sign_in_types!(),
    ") or (gitlab.event_type in (",
    sensitive_types!(),
    ") and not gitlab.attempt_failed = true and not gitlab.ip.lists intersects (own_networks))"
);
pub(super) const SENSITIVE_ACTS: &str = concat!("gitlab.event_type in (", sensitive_types!(), ")");
/// Sensitive acts of which no rule tells, or only in some cases: the list `gitlab_sensitive_acts_without_a_rule` of the shipped rules. One
/// that a quieter rule tells would use up a step of this count.
pub(super) const SENSITIVE_ACTS_WITHOUT_A_RULE: &str = "gitlab.event_type in (user_admin_status_updated, member_created, member_updated, project_visibility_level_updated, \
    group_visibility_level_updated, variable_viewed_api, protected_branch_allow_force_push_updated, \
    project_group_link_created, group_share_with_group_link_created, change_membership_state, \
    project_feature_repository_access_level_updated, project_feature_package_registry_access_level_updated, \
    project_feature_pages_access_level_updated) and not gitlab.attempt_failed = true";
/// What is told once for a stay from an address on a list: whatever it is, but for Git, which has a tracker of its own.
pub(super) const FROM_LISTED_ADDRESS: &str = "not gitlab.event_type = repository_git_operation and gitlab.ip.lists exists \
    and not gitlab.attempt_failed = true";

pub(super) use {credential_types, key_types, sign_in_types, token_types};
