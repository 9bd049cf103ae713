//! Scenarios of accounts: guessed passwords, odd places, impersonation, credentials and what they read.

use serde_json::json;

use super::super::Looking::{Own, Shipped};
use super::super::{
    BERLIN, GERMANY_BY_ANOTHER_NETWORK, JAPAN_BY_THE_SAME_NETWORK, Scenario, TOKYO, failure_by_name, failure_of, git,
    of_user,
};
use super::{first, nothing_special, scenario, target, with};

/// Addresses of providers that the databases do not know.
const OF_NO_KNOWN_PROVIDER: [&str; 2] = ["200.0.0.1", "200.0.0.2"];

/// The account is always used from one address, until somebody else resets its password and makes a passkey from another.
fn take_over(tracker: &'static str, usual: &str, unusual: &str) -> Scenario {
    scenario(tracker, Shipped("GitLab account re-keyed and used from a new session"), |story| {
        let sign_in = |address: &str| with(of_user(7), "ip_address", address);
        story.event("authenticated_with_password", &sign_in(usual));
        story.eight_days_later();
        story.event("authenticated_with_password", &sign_in(usual));
        story.event("password_reset_requested", &with(sign_in(unusual), "author_id", -1));
        story.event("user_password_updated", &sign_in(unusual));
        story.event("authenticated_with_password", &sign_in(unusual));
        story.event("user_enable_passkey", &sign_in(unusual));
    })
}

pub(super) fn of_guessing() -> Vec<Scenario> {
    vec![
        scenario("failed_sign_ins_by_account", Shipped("GitLab password guessed for one account"), |story| {
            story.events(10, "login_failed_with_standard_authentication", |_| failure_of(7));
        }),
        scenario(
            "accounts_tried_by_address",
            Shipped("GitLab passwords guessed for many accounts from one address"),
            |story| {
                story.event("login_failed_with_standard_authentication", &failure_of(1));
                story.events(5, "login_failed_with_standard_authentication", failure_of);
            },
        ),
        scenario("accounts_tried", Shipped("GitLab passwords guessed for many accounts"), |story| {
            let from_elsewhere = |n: u64| with(failure_of(n), "ip_address", format!("198.51.{}.{}", n / 200, n % 200));
            // Names of no account, as bots try them, are not counted.
            story.events(60, "login_failed_with_standard_authentication", |n| {
                with(failure_by_name(&format!("admin{n}")), "ip_address", format!("198.52.0.{n}"))
            });
            story.event("login_failed_with_standard_authentication", &from_elsewhere(1));
            story.events(50, "login_failed_with_standard_authentication", from_elsewhere);
        }),
        scenario("failures_then_sign_in", Shipped("GitLab sign-in after many failures"), |story| {
            story.event("authenticated_with_password", &of_user(7));
            story.events(4, "login_failed_with_standard_authentication", |_| failure_of(7));
            story.event("authenticated_with_password", &of_user(7));
            story.event("omniauth_login_failed", &failure_of(7));
            story.event("authenticated_with_password", &of_user(7));
        }),
        scenario("failures_by_name_then_sign_in", Shipped("GitLab sign-in after many failures"), |story| {
            story.events(4, "login_failed_with_standard_authentication", |_| failure_by_name("user7"));
            story.event("login_failed_with_standard_authentication", &failure_by_name("user8"));
            story.event("authenticated_with_password", &of_user(7));
            story.event("login_failed_with_standard_authentication", &failure_by_name("user7"));
            story.event("authenticated_with_password", &of_user(7));
        }),
        scenario("failed_codes_by_account", Shipped("GitLab one-time codes guessed"), |story| {
            story.events(3, "login_failed_with_otp_authentication", |_| failure_of(7));
        }),
    ]
}

pub(super) fn of_accounts() -> Vec<Scenario> {
    let sign_in_from = |address: &str| with(of_user(7), "ip_address", address);
    let impersonation = |message: &str| {
        json!({"author_id": 1, "author_name": "Ada Admin", "entity_type": "User", "entity_id": 7, "target_id": 7,
               "target_type": "User", "details": {"custom_message": message}})
    };
    vec![
        first(
            "country_of_account",
            Shipped("GitLab sign-in from a country new for the account"),
            "authenticated_with_password",
            &of_user(7),
            &sign_in_from(JAPAN_BY_THE_SAME_NETWORK),
        ),
        first(
            "country_of_sensitive_acts",
            Shipped("GitLab sensitive action from a country new for the account"),
            "member_created",
            &json!({}),
            &json!({"ip_address": JAPAN_BY_THE_SAME_NETWORK}),
        ),
        first(
            "network_of_account",
            Shipped("GitLab sign-in from a network new for the account"),
            "authenticated_with_password",
            &of_user(7),
            &sign_in_from(GERMANY_BY_ANOTHER_NETWORK),
        ),
        scenario("travel", Shipped("GitLab account used from two distant places"), |story| {
            story.event("authenticated_with_password", &of_user(7));
            story.event("authenticated_with_password", &with(of_user(8), "ip_address", TOKYO));
            story.event("repository_git_operation", &with(git("fetch", "grp/app"), "ip_address", TOKYO));
        }),
        scenario("password_resets_by_address", Shipped("GitLab burst of password resets"), |story| {
            story.events(5, "password_reset_requested", of_user);
        }),
        scenario("password_resets", Own("gitlab.count[password_resets] >= 5"), |story| {
            story.events(5, "password_reset_requested", |n| with(of_user(n), "ip_address", format!("193.0.0.{n}")));
        }),
        scenario(
            "reset_sign_in_credential",
            Shipped("GitLab credential made after login data were changed"),
            |story| {
                let key = json!({"entity_type": "User", "entity_id": 7, "target_id": 99, "target_type": "Key"});
                story.event("add_ssh_key", &key);
                story.event("password_reset_requested", &with(of_user(7), "author_id", -1));
                story.event("add_ssh_key", &key);
                story.event("authenticated_with_password", &of_user(7));
                story.event("add_ssh_key", &key);
            },
        ),
        take_over("new_network_of_account", BERLIN, GERMANY_BY_ANOTHER_NETWORK),
        take_over("new_address_of_account", OF_NO_KNOWN_PROVIDER[0], OF_NO_KNOWN_PROVIDER[1]),
        scenario(
            "sensitive_acts_by_account",
            Shipped("GitLab sensitive action by root or a break-glass account"),
            |story| {
                story.event("member_created", &json!({"author_id": 8}));
                story.event("member_created", &json!({"author_id": 1}));
            },
        ),
        scenario("impersonation", Shipped("GitLab sensitive action while impersonating"), |story| {
            story.event("personal_access_token_created", &of_user(7));
            story.event("user_impersonation", &impersonation("Started Impersonation"));
            story.event("user_impersonation", &impersonation("Stopped Impersonation"));
            story.event("personal_access_token_created", &of_user(7));
            story.event("user_impersonation", &impersonation("Started Impersonation"));
            story.event("personal_access_token_created", &of_user(8));
            story.event("personal_access_token_created", &of_user(7));
        }),
        scenario("new_account_made_powerful", Shipped("GitLab new account made powerful"), |story| {
            let owner = |id: u64| json!({"target_id": id, "target_type": "User", "details": {"as": "Owner"}});
            story.event("user_created", &json!({"entity_type": "User", "target_id": 9, "target_type": "User"}));
            story.event("member_created", &owner(8));
            story.event("member_created", &owner(9));
        }),
        scenario("accounts_created", Shipped("GitLab accounts created in a burst"), |story| {
            story.events(3, "user_created", target);
            story.events(2, "registration_created", |n| target(n + 3));
        }),
        first(
            "admin_mode_address_of_account",
            Shipped("GitLab Admin Mode entered at an unusual time or place"),
            "user_enable_admin_mode",
            &of_user(7),
            &sign_in_from("193.0.0.9"),
        ),
        scenario("lockouts_by_account", Shipped("GitLab many accounts locked out by one author"), |story| {
            story.events(3, "user_blocked", target);
            story.events(2, "member_destroyed", |n| target(n + 3));
        }),
        scenario("impersonation_begun", Shipped("GitLab user impersonated"), |story| {
            let message = json!({"custom_message": "Instance administrator started impersonation of dev1"});
            story.event("user_impersonation", &with(of_user(7), "details", message));
        }),
        scenario("denied_group_access_by_address", Own("gitlab.count[denied_group_access_by_address] >= 3"), |story| {
            story.events(3, "ip_restricted_group_accessed", nothing_special);
        }),
    ]
}

pub(super) fn of_credentials() -> Vec<Scenario> {
    let path = |n: u64| json!({"entity_path": format!("grp/{n}")});
    let request = |path: &str| json!({"details": {"request": path}});
    vec![
        scenario("tokens_created_by_account", Shipped("GitLab access tokens made or refused in a burst"), |story| {
            story.events(4, "personal_access_token_created", |_| of_user(7));
            story.event("deploy_token_creation_failed", &with(json!({}), "author_name", "user 7"));
        }),
        scenario("credential_kind_of_account", Shipped("GitLab first credential of its kind by an account"), |story| {
            story.event("add_ssh_key", &of_user(7));
            story.eight_days_later();
            story.event("add_ssh_key", &of_user(7));
            story.event("personal_access_token_created", &of_user(7));
        }),
        scenario("credentials_revoked_by_account", Shipped("GitLab credentials revoked in bulk"), |story| {
            story.events(5, "personal_access_token_revoked", target);
            story.events(5, "remove_ssh_key", |n| target(n + 5));
        }),
        scenario("projects_with_variables_read_by_account", Shipped("GitLab CI/CD variables read in bulk"), |story| {
            story.event("variable_viewed_api", &path(1));
            story.events(5, "variable_viewed_api", path);
        }),
        scenario(
            "projects_with_variables_read_by_graphql",
            Shipped("GitLab CI/CD variables read in bulk through GraphQL"),
            |story| {
                story.event("variable_viewed_graphql", &path(1));
                story.events(10, "variable_viewed_graphql", path);
            },
        ),
        first(
            "project_with_variables_read_by_account",
            Own("gitlab.first_seen[project_with_variables_read_by_account] = true"),
            "variable_viewed_api",
            &path(1),
            &path(2),
        ),
        scenario("secrets_read_by_project", Shipped("GitLab Secrets Manager read or emptied in bulk"), |story| {
            story.events(10, "secrets_manager_read_project_secret", |n| json!({"author_id": n}));
        }),
        scenario(
            "push_protection_skips_by_account",
            Shipped("GitLab secret push protection skipped again and again"),
            |story| story.events(3, "skip_secret_push_protection", nothing_special),
        ),
        first(
            "api_request_of_account",
            Shipped("GitLab audited token scope used in a new way"),
            "api_request_access_with_scope",
            &request("/api/v4/user"),
            &request("/api/v4/projects"),
        ),
    ]
}
