//! Trackers of accounts: guessed passwords, odd places, impersonation, floods of accounts.

use super::event_types::{
    FAILURES_BY_NAME, LASTING_CREDENTIALS, SENSITIVE_ACTS, SENSITIVE_ACTS_WITHOUT_A_RULE, SIGN_IN_FAILURES,
    SIGN_IN_FAILURES_OF_ACCOUNTS, SIGN_INS, SIGN_INS_AND_CREDENTIALS, SIGN_INS_AND_SENSITIVE_ACTS,
    STEPS_OF_A_TAKE_OVER, STEPS_OF_A_TAKE_OVER_FROM_AN_UNKNOWN_PROVIDER, credential_types, key_types, sign_in_types,
    token_types,
};
use super::row::RowKind::{Count, Distinct, FirstSeen, NewForAnHour, Sequence, Session, Travel};
use super::row::{ACCOUNT, ADDRESS, AUTHOR, EVERYTHING, Row, TARGET, WEEK, WEEK_EACH};
use crate::trackers::declaration::Learning;

pub(super) const ROWS: &[Row] = &[
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
        kind: Distinct(SIGN_IN_FAILURES, "gitlab.target_details"),
    },
    Row {
        // From a thousand addresses, one try each. Without names of no account, which bots try on any GitLab all day.
        detection: "G011",
        name: "accounts_tried",
        key: EVERYTHING,
        window: "1h",
        kind: Distinct(SIGN_IN_FAILURES_OF_ACCOUNTS, "gitlab.target_id"),
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
        // Where GitLab does not tell whose account it was, though there is one, the failures have only the name that was typed.
        detection: "G012",
        name: "failures_by_name_then_sign_in",
        key: &["gitlab.target_details"],
        window: "15m",
        kind: Sequence(&[
            (FAILURES_BY_NAME, None),
            (FAILURES_BY_NAME, None),
            (FAILURES_BY_NAME, None),
            (FAILURES_BY_NAME, None),
            (FAILURES_BY_NAME, None),
            (SIGN_INS, Some(&["gitlab.entity_path"])),
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
        // Whoever has stolen a session or a token never signs in.
        kind: FirstSeen(SIGN_INS_AND_CREDENTIALS, "gitlab.countryisocode", WEEK_EACH),
    },
    Row {
        detection: "G017",
        name: "country_of_sensitive_acts",
        key: AUTHOR,
        window: "30d",
        kind: FirstSeen(SIGN_INS_AND_SENSITIVE_ACTS, "gitlab.countryisocode", WEEK_EACH),
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
        // What jobs fetch on the company's own runners is in the name of who started them, and no place of theirs. A sign-in from an own
        // network is one: whoever is in the office cannot be abroad. What the rule does not tell of is no journey, which would hide what
        // is done next in that place.
        kind: Travel(concat!(
            "gitlab.event_type in (",
            sign_in_types!(),
            ", repository_git_operation, ",
            credential_types!(),
            ") and gitlab.author.type = user and not gitlab.attempt_failed = true \
             and not (gitlab.event_type in (repository_git_operation, ",
            credential_types!(),
            ") and gitlab.ip.lists intersects (own_networks))"
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
                "gitlab.event_type in (password_reset_requested, user_password_updated, user_email_address_updated, email_created) and \
                 gitlab.entity_type = User",
                Some(&["gitlab.entity_id"]),
            ),
            (SIGN_INS, None),
            (LASTING_CREDENTIALS, None),
        ]),
    },
    Row {
        // Who takes an account over signs in first, and makes the credential when the network is no longer new.
        detection: "G024",
        name: "new_network_of_account",
        key: AUTHOR,
        // Longer than for sign-ins: whoever forgets a password has not signed in for long.
        window: "180d",
        kind: NewForAnHour(STEPS_OF_A_TAKE_OVER, "gitlab.asn", WEEK_EACH),
    },
    Row {
        detection: "G024",
        name: "new_address_of_account",
        key: AUTHOR,
        window: "30d",
        kind: NewForAnHour(STEPS_OF_A_TAKE_OVER_FROM_AN_UNKNOWN_PROVIDER, "gitlab.ip", WEEK_EACH),
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
            "gitlab.event_type = user_impersonation and not gitlab.custom_message icontains \"stopped impersonation\"",
            "gitlab.event_type",
            Learning::Once(0),
        ),
    },
    Row {
        // Of everybody, because who is watched stands in the rule's list.
        detection: "G051",
        name: "sensitive_acts_by_account",
        key: AUTHOR,
        window: "1d",
        kind: Count(SENSITIVE_ACTS_WITHOUT_A_RULE),
    },
    Row {
        detection: "G047",
        name: "impersonation",
        key: &["gitlab.author_id"],
        // GitLab ends the session of an administrator by itself; a lost end must not mark a user for ever.
        window: "12h",
        kind: Session {
            condition: SENSITIVE_ACTS,
            start: "gitlab.event_type = user_impersonation and gitlab.custom_message icontains \"started impersonation\"",
            start_key: "gitlab.target_id",
            end: "gitlab.event_type = user_impersonation and gitlab.custom_message icontains \"stopped impersonation\"",
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
        detection: "G122",
        name: "lockouts_by_account",
        key: AUTHOR,
        window: "10m",
        kind: Count("gitlab.event_type in (user_blocked, ban_user, user_deactivate, user_destroyed, member_destroyed)"),
    },
];
