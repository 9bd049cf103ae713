//! Which event types are looked at by which rules, and why the others are not.
use std::collections::BTreeSet;

use crate::{
    pattern::Patterns,
    shipped::{self, EventType, Rule},
    tables::{Bullet, Reason, Tables},
};

/// What is shipped, beside what people have written down.
#[derive(Debug)]
pub(crate) struct Coverage {
    pub(crate) types: Vec<EventType>,
    /// Those that are enabled.
    pub(crate) rules: Vec<Rule>,
    pub(crate) tables: Tables,
}

/// What is done about an event type.
#[derive(Debug)]
pub(crate) enum Treatment<'a> {
    Rules(&'a [String]),
    /// A rule that is not bound to types needs it, for a tracker.
    Tracked(&'a str),
    /// It belongs to a detection that has no rule for it, for the reason that the detection gives.
    Detection {
        id: &'a str,
        reason: &'a str,
    },
    Reason(&'a str),
}

impl Coverage {
    pub(crate) fn read() -> Self {
        let rules = shipped::rules().into_iter().filter(|rule| rule.enabled).collect();
        Self { types: shipped::event_types(), rules, tables: Tables::read() }
    }

    /// The event types that current versions of GitLab send.
    pub(crate) fn current(&self) -> impl Iterator<Item = &EventType> {
        self.types.iter().filter(|listed| !listed.retired)
    }

    pub(crate) fn rule(&self, name: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.name == name)
    }

    pub(crate) fn treatment<'a>(&'a self, listed: &'a EventType) -> Option<Treatment<'a>> {
        if !listed.rules.is_empty() {
            return Some(Treatment::Rules(&listed.rules));
        }
        let detections = &self.tables.detections;
        let mut detections = detections.iter().filter(|detection| detection.event_types.contains(&listed.name));
        let mut rules = detections.clone().flat_map(|detection| &detection.rules).filter_map(|rule| self.rule(rule));
        if let Some(rule) = rules.find(|rule| rule.event_types.is_none()) {
            return Some(Treatment::Tracked(&rule.name));
        }
        if let Some(detection) = detections.next() {
            let reason = if detection.reason.is_empty() { &detection.note } else { &detection.reason };
            return Some(Treatment::Detection { id: &detection.id, reason });
        }
        self.reason(listed).map(|reason| Treatment::Reason(&reason.reason))
    }

    /// The first reason that is given for a type.
    fn reason(&self, listed: &EventType) -> Option<&Reason> {
        self.tables.no_rule.iter().find(|reason| reason.event_types.contain(&listed.name))
    }

    /// Whether a reason is the one given for some type.
    pub(crate) fn uses(&self, reason: &Reason) -> bool {
        self.current().any(|listed| match self.treatment(listed) {
            Some(Treatment::Reason(given)) => given == reason.reason,
            _ => false,
        })
    }

    /// The event types that answer what the guide asks for.
    pub(crate) fn types_of(&self, bullet: &Bullet) -> Vec<&EventType> {
        let patterns = Patterns::new(&bullet.event_types);
        self.current()
            .filter(|listed| patterns.contain(&listed.name) || bullet.categories.contains(&listed.category))
            .filter(|listed| {
                bullet.scopes.is_empty() || listed.scopes.iter().any(|scope| bullet.scopes.contains(scope))
            })
            .collect()
    }

    /// The rules that look for one of these types, in their own order.
    pub(crate) fn rules_for(&self, types: &[&EventType]) -> Vec<&str> {
        let wanted: BTreeSet<&str> = types.iter().flat_map(|listed| &listed.rules).map(String::as_str).collect();
        self.rules.iter().map(|rule| rule.name.as_str()).filter(|name| wanted.contains(name)).collect()
    }

    /// The rules that can fire on events of any type.
    pub(crate) fn rules_for_any_type(&self) -> impl Iterator<Item = &Rule> {
        self.rules.iter().filter(|rule| rule.event_types.is_none())
    }
}
