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
macro_rules! token_types {
    () => {
        "personal_access_token_created, project_access_token_created, group_access_token_created, deploy_token_created, \
         group_deploy_token_created, cluster_agent_token_created"
    };
}

pub(super) const SIGN_IN_FAILURES: &str = sign_in_failures!();
pub(super) const SIGN_INS: &str = concat!("gitlab.event_type in (", sign_in_types!(), ")");
pub(super) const TOKENS: &str = concat!("gitlab.event_type in (", token_types!(), ")");
pub(super) const CREDENTIALS: &str = concat!("gitlab.event_type in (", token_types!(), ", add_ssh_key)");
pub(super) const FETCHES: &str = "gitlab.event_type in (repository_download_operation, public_repository_download_operation) or \
                       (gitlab.event_type = repository_git_operation and gitlab.git.verb in (fetch, clone))";

pub(super) use {sign_in_types, token_types};
