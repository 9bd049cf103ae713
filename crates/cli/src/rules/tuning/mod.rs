//! What an operator says in a file of their own, loaded after the shipped rules, and which rule speaks then.

mod lists;
mod macros;
mod tuned;

use std::{collections::BTreeSet, path::Path};

use enrich::{SOURCE, schema};
use falco_rules::{Engine, EngineOptions, Rule, RuleSet, RulesFile, Scratch};
use serde_json::{Value, json};

use self::{
    lists::lists,
    macros::{OWN_MAIL_DOMAIN, macros},
    tuned::{
        Says::{Condition, Items},
        Tuned, in_project, of_user,
    },
};
use super::{event::AuthoredEvents, precedence::each_event};
use crate::detection::RuleChoice;

/// Each list and macro of `docs/rules/README.md`.
fn table() -> impl Iterator<Item = Tuned> {
    lists().into_iter().chain(macros())
}

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

#[test]
fn the_comment_on_mail_from_outside_says_what_is_tried_here() {
    let rules = include_str!("../../../../../rules/gitlab_compromised_account_changes.yaml");
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
    assert_eq!(told, table().map(|row| row.name).collect());
}
