//! What an operator says in a file of their own, loaded after the shipped rules: each list and macro of `docs/rules/README.md`.

use std::{collections::BTreeSet, path::Path};

use enrich::{SOURCE, schema};
use falco_rules::{Engine, EngineOptions, Rule, RuleSet, RulesFile, Scratch};
use serde_json::{Value, json};

use super::{event::AuthoredEvents, precedence::each_event};
use crate::detection::RuleChoice;

/// An item of a list or the condition of a macro, an event, and the rule that speaks without and with it.
struct Tuned {
    name: &'static str,
    says: Says,
    event: Value,
    before: Option<&'static str>,
    after: Option<&'static str>,
}

enum Says {
    Items(&'static str),
    Condition(&'static str),
}

use Says::{Condition, Items};

/// What the comment on `gitlab_mail_from_outside` tells an operator to write.
const OWN_MAIL_DOMAIN: &str = r#"((gitlab.op_changed_to contains "@" and not tolower(gitlab.op_changed_to) endswith "@example.com")
or (gitlab.target_details contains "@" and not tolower(gitlab.target_details) endswith "@example.com")
or (gitlab.details[registration_details.email] contains "@"
and not tolower(gitlab.details[registration_details.email]) endswith "@example.com"))"#;

/// The shipped rules and the operator's file.
fn with(local: &str) -> Engine {
    let (mut files, _) = RuleChoice::new(&[], None).read().unwrap_or_else(|failure| panic!("{failure}"));
    files.push(RulesFile::new("zz_local.yaml", local));
    let (report, rules) = RuleSet::load(&files, &[schema()]);
    let rules = rules.unwrap_or_else(|| panic!("{}", report.to_text()));
    Engine::new(rules, &EngineOptions::default())
}

/// The rule that speaks about an event.
fn speaks(engine: &Engine, event: &Value) -> Option<String> {
    let (mut name, mut scratch) = (None, Scratch::default());
    AuthoredEvents::default()
        .each(&event.to_string(), None, &mut |event| {
            name = engine.evaluate(SOURCE, event, &mut scratch).next().map(Rule::name).map(str::to_owned);
        })
        .unwrap();
    name
}

fn of_user(event_type: &str, author: u64, further: &Value) -> Value {
    let mut event = json!({
        "event_type": event_type, "author_id": author, "author_name": "Dev One", "entity_id": author, "entity_type": "User",
        "entity_path": "dev1", "target_id": author, "target_type": "User", "target_details": "Dev One",
        "created_at": "2026-03-04T10:00:00Z",
    });
    event.as_object_mut().unwrap().extend(further.as_object().unwrap().clone());
    event
}

fn in_project(event_type: &str, further: &Value) -> Value {
    let mut event =
        of_user(event_type, 7, &json!({"entity_id": 29, "entity_type": "Project", "entity_path": "grp/app"}));
    event.as_object_mut().unwrap().extend(further.as_object().unwrap().clone());
    event
}

/// An event at a height of the burst that a tracker counts.
fn at_height(event_type: &str, tracker: &str, height: u64) -> Value {
    in_project(event_type, &json!({"ip_address": "203.0.113.20", "_falco": {"burst": {tracker: height}}}))
}

#[expect(clippy::too_many_lines, reason = "a table")]
fn table() -> Vec<Tuned> {
    let row = |name, says, event, before, after| Tuned { name, says, event, before, after };
    vec![
        row(
            "gitlab_known_countries",
            Items("[FR]"),
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
            Items("[\"1042\"]"),
            of_user("user_password_updated", 1042, &json!({"entity_id": 8, "target_id": 8})),
            Some("GitLab password or mail address changed by somebody else"),
            Some("GitLab containment by a responder"),
        ),
        row(
            "gitlab_admin_users",
            Items("[\"55\"]"),
            of_user("authenticated_with_password", 55, &json!({})),
            None,
            Some("GitLab password alone opened an account"),
        ),
        row(
            "gitlab_admin_users",
            Items("[\"55\"]"),
            in_project("member_created", &json!({"author_id": 55, "target_id": 55, "details": {"as": "Owner"}})),
            Some("GitLab account made itself Owner or Maintainer"),
            Some("GitLab member made Owner or Maintainer"),
        ),
        row(
            "gitlab_break_glass_accounts",
            Items("[\"77\"]"),
            of_user("authenticated_with_webauthn", 77, &json!({})),
            None,
            Some("GitLab root or break-glass account active"),
        ),
        row(
            "gitlab_provisioning_accounts",
            Items("[\"7\"]"),
            in_project("webhook_created", &json!({})),
            Some("GitLab webhook added"),
            None,
        ),
        row(
            "gitlab_provisioning_accounts",
            Items("[\"7\"]"),
            at_height("user_created", "accounts_created", 5),
            Some("GitLab accounts created in a burst"),
            None,
        ),
        row(
            "gitlab_provisioning_accounts",
            Items("[\"7\"]"),
            in_project(
                "variable_viewed_api",
                &json!({"_falco": {"first_seen": {"project_with_variables_read_by_account": true}}}),
            ),
            Some("GitLab CI/CD variables of a project read by a new account"),
            None,
        ),
        row(
            "gitlab_provisioning_accounts",
            Items("[\"7\"]"),
            of_user("personal_access_token_created", 7, &json!({"target_id": 8})),
            Some("GitLab access token made for somebody else"),
            Some("GitLab access token created"),
        ),
        row(
            "gitlab_provisioning_accounts",
            Items("[\"7\"]"),
            at_height("project_access_token_created", "tokens_created_by_account", 5),
            Some("GitLab access tokens made or refused in a burst"),
            Some("GitLab access token created"),
        ),
        row(
            "gitlab_provisioning_accounts",
            Items("[\"7\"]"),
            of_user("personal_access_token_created", 7, &json!({"details": {"scopes": ["api"]}})),
            Some("GitLab access token with strong scopes created"),
            Some("GitLab access token created"),
        ),
        row(
            "gitlab_provisioning_accounts",
            Items("[\"7\"]"),
            in_project("member_created", &json!({"target_id": 8, "details": {"as": "Owner"}})),
            Some("GitLab member made Owner or Maintainer"),
            None,
        ),
        row(
            "gitlab_provisioning_accounts",
            Items("[\"7\"]"),
            in_project("member_created", &json!({"target_id": 7, "details": {"as": "Owner"}})),
            Some("GitLab account made itself Owner or Maintainer"),
            None,
        ),
        row(
            "gitlab_mail_from_outside",
            Condition(OWN_MAIL_DOMAIN),
            of_user(
                "user_email_address_updated",
                7,
                &json!({"details": {"from": "a@example.com", "to": "a@example.net"}}),
            ),
            None,
            Some("GitLab mail address from outside added to an account"),
        ),
        row(
            "gitlab_mail_from_outside",
            Condition(OWN_MAIL_DOMAIN),
            of_user(
                "user_email_address_updated",
                7,
                &json!({"details": {"from": "a@example.com", "to": "Ann@Example.COM"}}),
            ),
            None,
            None,
        ),
        row(
            "gitlab_mail_from_outside",
            Condition(OWN_MAIL_DOMAIN),
            of_user("email_created", 7, &json!({"target_type": "Email", "target_details": "a@attacker.example"})),
            None,
            Some("GitLab mail address from outside added to an account"),
        ),
        row(
            "gitlab_mail_from_outside",
            Condition(OWN_MAIL_DOMAIN),
            of_user("email_created", 7, &json!({"target_type": "Email", "target_details": "Ann@Example.COM"})),
            None,
            None,
        ),
        row(
            "gitlab_mail_from_outside",
            Condition(OWN_MAIL_DOMAIN),
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
            Condition(OWN_MAIL_DOMAIN),
            of_user(
                "registration_created",
                8,
                &json!({"details": {"registration_details": {"email": "Ann@Example.COM"}}}),
            ),
            None,
            None,
        ),
        row(
            "gitlab_runner_networks",
            Items("[203.0.113.16/28]"),
            in_project(
                "user_authenticated_using_job_token",
                &json!({"ip_address": "203.0.113.20", "_falco": {"first_seen": {"job_token_address_of_project": true}}}),
            ),
            Some("GitLab job token used outside the runners"),
            None,
        ),
        row(
            "gitlab_runner_networks",
            Items("[203.0.113.16/28]"),
            in_project(
                "repository_git_operation",
                &json!({
                    "ip_address": "203.0.113.20",
                    "_falco": {"address_lists": ["hosting_providers"], "first_seen": {"git_address_list_of_account": true}}
                }),
            ),
            Some("GitLab repository used from a listed address"),
            None,
        ),
        row(
            "gitlab_runner_networks",
            Items("[203.0.113.16/28]"),
            at_height("repository_download_operation", "projects_fetched_by_account_and_address", 10),
            Some("GitLab repositories read in bulk"),
            None,
        ),
        row(
            "gitlab_runner_networks",
            Items("[203.0.113.16/28]"),
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
            "gitlab_known_oauth_applications",
            Items("[Our portal]"),
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
            Items("[203.0.113.16/28]"),
            at_height("repository_download_operation", "projects_fetched_by_account_and_address", 10),
            Some("GitLab repositories read in bulk"),
            None,
        ),
        row(
            "gitlab_main_branches",
            Items("[trunk]"),
            in_project("protected_branch_removed", &json!({"target_details": "trunk"})),
            Some("GitLab branch protection removed"),
            Some("GitLab protection of a main branch removed"),
        ),
        row(
            "gitlab_sensitive_projects",
            Items("[grp/app]"),
            in_project("project_fork_operation", &json!({})),
            None,
            Some("GitLab project moved to another namespace or sensitive project forked"),
        ),
        row(
            "gitlab_known_oauth_applications",
            Items("[Our portal]"),
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
            Items("[Dev One]"),
            in_project("merge_request_merged_by_project_bot", &json!({})),
            Some("GitLab merge by an unknown bot or against invalid approval rules"),
            None,
        ),
        row(
            "gitlab_known_stream_destinations",
            Items("[Our collector]"),
            in_project(
                "created_instance_audit_event_streaming_destination",
                &json!({"target_details": "Our collector"}),
            ),
            Some("GitLab audit event stream destination added"),
            None,
        ),
        row(
            "gitlab_threat_lists",
            Items("[abuse]"),
            of_user("authenticated_with_webauthn", 7, &json!({"_falco": {"address_lists": ["abuse"]}})),
            None,
            Some("GitLab sign-in from a listed address"),
        ),
        row(
            "gitlab_hosting_lists",
            Items("[abuse, threat_feed]"),
            in_project(
                "repository_git_operation",
                &json!({"_falco": {"address_lists": ["threat_feed"], "first_seen": {"git_address_list_of_account": false}}}),
            ),
            Some("GitLab repository used from a listed address"),
            None,
        ),
        row(
            "gitlab_runner_networks",
            Items("[203.0.113.16/28]"),
            in_project(
                "webhook_created",
                &json!({"ip_address": "203.0.113.20", "_falco": {"address_lists": ["hosting_providers"]}}),
            ),
            Some("GitLab sensitive action from a listed address"),
            Some("GitLab webhook added"),
        ),
        row(
            "gitlab_provisioning_accounts",
            Items("[\"7\"]"),
            in_project("add_ssh_key", &json!({"_falco": {"address_lists": ["hosting_providers"]}})),
            Some("GitLab sensitive action from a listed address"),
            Some("GitLab SSH, GPG or deploy key added"),
        ),
        row(
            "gitlab_provisioning_accounts",
            Items("[\"7\"]"),
            in_project("add_ssh_key", &json!({"_falco": {"address_lists": ["tor_exits"]}})),
            Some("GitLab sensitive action from a listed address"),
            Some("GitLab sensitive action from a listed address"),
        ),
        row(
            "gitlab_provisioning_accounts",
            Items("[\"7\"]"),
            in_project("member_updated", &json!({"_falco": {"address_lists": ["hosting_providers"]}})),
            Some("GitLab sensitive action from a listed address"),
            Some("GitLab sensitive action from a listed address"),
        ),
        row(
            "gitlab_responders",
            Items("[\"7\"]"),
            in_project("ci_variable_updated", &json!({"_falco": {"address_lists": ["hosting_providers"]}})),
            Some("GitLab sensitive action from a listed address"),
            Some("GitLab containment by a responder"),
        ),
        row(
            "gitlab_responders",
            Items("[\"7\"]"),
            in_project("ci_variable_updated", &json!({"_falco": {"address_lists": ["tor_exits"]}})),
            Some("GitLab sensitive action from a listed address"),
            Some("GitLab sensitive action from a listed address"),
        ),
        row(
            "gitlab_responders",
            Items("[\"7\"]"),
            in_project("add_ssh_key", &json!({"_falco": {"address_lists": ["hosting_providers"]}})),
            Some("GitLab sensitive action from a listed address"),
            Some("GitLab sensitive action from a listed address"),
        ),
        row(
            "gitlab_burst_steps",
            Items("[7]"),
            at_height("user_created", "accounts_created", 7),
            None,
            Some("GitLab accounts created in a burst"),
        ),
        row(
            "gitlab_large_burst_steps",
            Items("[7]"),
            at_height("job_artifact_downloaded", "artifacts_downloaded_by_account", 7),
            None,
            Some("GitLab job artefacts downloaded in bulk"),
        ),
        row(
            "gitlab_scattered_burst_steps",
            Items("[7]"),
            at_height("repository_download_operation", "projects_fetched_by_account", 7),
            None,
            Some("GitLab repositories read in bulk"),
        ),
        row(
            "gitlab_second_factor_failure_steps",
            Items("[2]"),
            at_height("login_failed_with_otp_authentication", "failed_codes_by_account", 2),
            Some("GitLab second factor failed at sign-in"),
            Some("GitLab one-time codes guessed"),
        ),
        row(
            "gitlab_secret_skip_steps",
            Items("[2]"),
            at_height("skip_secret_push_protection", "push_protection_skips_by_account", 2),
            Some("GitLab secret push protection weakened or skipped"),
            Some("GitLab secret push protection skipped again and again"),
        ),
        row(
            "gitlab_outside_working_hours",
            Condition("gitlab.created_at regex \".*T1[0-2]:.*\""),
            of_user("user_enable_admin_mode", 7, &json!({})),
            None,
            Some("GitLab Admin Mode entered at an unusual time or place"),
        ),
        row(
            "gitlab_password_alone_is_unusual",
            Condition("gitlab.event_type exists"),
            of_user("authenticated_with_password", 7, &json!({})),
            None,
            Some("GitLab password alone opened an account"),
        ),
        row(
            "gitlab_long_grace_period",
            Condition("gitlab.op_changed_to regex \"[5-9][0-9]|[1-9][0-9][0-9]+\""),
            of_user("group_two_factor_grace_period_updated", 7, &json!({"details": {"from": 48, "to": 72}})),
            None,
            Some("GitLab group second factor requirement weakened"),
        ),
        row(
            "gitlab_wide_allow_list",
            Condition("gitlab.custom_message regex \".*/([0-9]|1[0-6])('|,).*\""),
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
            Condition("gitlab.travel.speed_kmh > 300"),
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

#[test]
fn the_comment_on_mail_from_outside_says_what_is_tried_here() {
    let rules = include_str!("../../../../rules/gitlab_compromised_account_changes.yaml");
    let comment = format!("#   {}\n", OWN_MAIL_DOMAIN.replace('\n', "\n#   "));
    assert!(rules.contains(&comment), "{comment}");
}

#[test]
fn each_list_and_macro_is_replaced_and_each_list_added_to() {
    let shipped = with("");
    for Tuned { name, says, event, before, after } in table() {
        assert_eq!(speaks(&shipped, &event).as_deref(), before, "before {name}");
        let locals = match says {
            Items(items) => vec![
                format!("- list: {name}\n  items: {items}\n"),
                format!("- list: {name}\n  items: {items}\n  override: {{items: append}}\n"),
            ],
            Condition(condition) => {
                let condition = condition.replace('\n', " ");
                vec![
                    format!("- macro: {name}\n  condition: ({condition})\n"),
                    format!("- macro: {name}\n  condition: or ({condition})\n  override: {{condition: append}}\n"),
                ]
            }
        };
        for local in locals {
            assert_eq!(speaks(&with(&local), &event).as_deref(), after, "{local}");
        }
    }
}

#[test]
fn a_list_that_is_replaced_holds_what_it_held_no_more() {
    let in_ireland = json!({"_falco": {"place": {"country": "Ireland", "country_iso_code": "IE"}}});
    let event = of_user("authenticated_with_webauthn", 7, &in_ireland);
    assert_eq!(speaks(&with(""), &event), None);
    let replaced = "- list: gitlab_known_countries\n  items: [FR]\n";
    assert_eq!(speaks(&with(replaced), &event).as_deref(), Some("GitLab sign-in from an unknown country"));
    let added = "- list: gitlab_known_countries\n  items: [FR]\n  override: {items: append}\n";
    assert_eq!(speaks(&with(added), &event), None);
}

#[test]
fn a_rule_gets_an_exception_and_another_priority() {
    let event =
        in_project("protected_branch_allow_force_push_updated", &json!({"details": {"from": false, "to": true}}));
    let rule = "GitLab branch protection weakened";
    assert_eq!(speaks(&with(""), &event).as_deref(), Some(rule));
    let excepted = format!(
        "- rule: {rule}\n  condition: and not gitlab.entity_path startswith grp/\n  override: {{condition: append}}\n"
    );
    assert_eq!(speaks(&with(&excepted), &event), None);
    let lowered = format!("- rule: {rule}\n  priority: NOTICE\n  override: {{priority: replace}}\n");
    assert_eq!(speaks(&with(&lowered), &event).as_deref(), Some(rule));
    let disabled = format!("- rule: {rule}\n  enabled: false\n  override: {{enabled: replace}}\n");
    assert_eq!(speaks(&with(&disabled), &event), None);
}

#[test]
fn an_exception_that_is_added_holds_for_every_part_of_a_rule() {
    let rules = RuleChoice::new(&[], None).load().unwrap_or_else(|failure| panic!("{failure}"));
    let never = |rule: &Rule| {
        let name = rule.name();
        format!("- rule: {name}\n  condition: and not gitlab.event_type exists\n  override: {{condition: append}}\n")
    };
    let engine = with(&rules.rules().iter().map(never).collect::<String>());
    let mut scratch = Scratch::default();
    each_event(&mut |case, event| {
        let fired: Vec<_> = engine.evaluate(SOURCE, event, &mut scratch).map(Rule::name).collect();
        assert_eq!(fired, [""; 0], "{}", case.name);
    });
}

#[test]
fn the_table_is_that_of_the_page() {
    let page =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/rules/README.md")).unwrap();
    let (_, rest) = page.split_once("| name | what it says |\n|---|---|\n").unwrap();
    let rows = rest.lines().take_while(|line| line.starts_with('|'));
    let names = rows.filter_map(|line| line.split('|').nth(1)).flat_map(|cell| cell.split('`').skip(1).step_by(2));
    let told: BTreeSet<&str> = names.collect();
    assert_eq!(told, table().iter().map(|row| row.name).collect());
}
