//! What an operator may make of each macro, and what it changes.

use serde_json::json;

use super::tuned::{Says, Tuned, of_user};

/// What the comment on `gitlab_mail_from_outside` tells an operator to write.
pub(super) const OWN_MAIL_DOMAIN: &str = r#"((gitlab.op_changed_to contains "@" and not tolower(gitlab.op_changed_to) endswith "@example.com")
or (gitlab.target_details contains "@" and not tolower(gitlab.target_details) endswith "@example.com")
or (gitlab.details[registration_details.email] contains "@"
and not tolower(gitlab.details[registration_details.email]) endswith "@example.com"))"#;

#[expect(clippy::too_many_lines, reason = "a table")]
pub(super) fn macros() -> Vec<Tuned> {
    let row =
        |name, condition, event, before, after| Tuned { name, says: Says::Condition(condition), event, before, after };
    vec![
        row(
            "gitlab_mail_from_outside",
            OWN_MAIL_DOMAIN,
            of_user(
                "user_email_address_updated",
                7,
                &json!({"details": {"from": "a@example.com", "to": "a@example.net"}}),
            ),
            Some("GitLab mail address of an account changed"),
            Some("GitLab mail address from outside added to an account"),
        ),
        row(
            "gitlab_mail_from_outside",
            OWN_MAIL_DOMAIN,
            of_user(
                "user_email_address_updated",
                7,
                &json!({"details": {"from": "a@example.com", "to": "Ann@Example.COM"}}),
            ),
            Some("GitLab mail address of an account changed"),
            Some("GitLab mail address of an account changed"),
        ),
        row(
            "gitlab_mail_from_outside",
            OWN_MAIL_DOMAIN,
            of_user("email_created", 7, &json!({"target_type": "Email", "target_details": "a@attacker.example"})),
            Some("GitLab mail address of an account changed"),
            Some("GitLab mail address from outside added to an account"),
        ),
        row(
            "gitlab_mail_from_outside",
            OWN_MAIL_DOMAIN,
            of_user("email_created", 7, &json!({"target_type": "Email", "target_details": "Ann@Example.COM"})),
            Some("GitLab mail address of an account changed"),
            Some("GitLab mail address of an account changed"),
        ),
        row(
            "gitlab_mail_from_outside",
            OWN_MAIL_DOMAIN,
            of_user(
                "registration_created",
                8,
                &json!({"details": {"registration_details": {"email": "a@attacker.example"}}}),
            ),
            None,
            Some("GitLab account from outside created"),
        ),
        row(
            "gitlab_mail_from_outside",
            OWN_MAIL_DOMAIN,
            of_user(
                "registration_created",
                8,
                &json!({"details": {"registration_details": {"email": "Ann@Example.COM"}}}),
            ),
            None,
            None,
        ),
        row(
            "gitlab_outside_working_hours",
            "gitlab.created_at regex \".*T1[0-2]:.*\"",
            of_user("user_enable_admin_mode", 7, &json!({})),
            None,
            Some("GitLab Admin Mode entered at an unusual time or place"),
        ),
        row(
            "gitlab_password_alone_is_unusual",
            "gitlab.event_type exists",
            of_user("authenticated_with_password", 7, &json!({})),
            None,
            Some("GitLab password alone opened an account"),
        ),
        row(
            "gitlab_long_grace_period",
            "gitlab.op_changed_to regex \"[5-9][0-9]|[1-9][0-9][0-9]+\"",
            of_user("group_two_factor_grace_period_updated", 7, &json!({"details": {"from": 48, "to": 72}})),
            None,
            Some("GitLab group second factor requirement weakened"),
        ),
        row(
            "gitlab_wide_allow_list",
            "gitlab.custom_message regex \".*/([0-9]|1[0-6])('|,).*\"",
            of_user(
                "ip_restrictions_changed",
                7,
                &json!({"details": {"custom_message": "Group IP restrictions updated from '198.51.100.0/24' to '198.51.0.0/16'"}}),
            ),
            Some("GitLab group IP allow-list changed"),
            Some("GitLab group IP allow-list widened or removed"),
        ),
        row(
            "gitlab_impossible_travel",
            "gitlab.travel.speed_kmh > 300",
            of_user(
                "authenticated_with_webauthn",
                7,
                &json!({"_falco": {"travel": {"speed_kmh": 400, "distance_km": 400}}}),
            ),
            None,
            Some("GitLab account used from two distant places"),
        ),
    ]
}
