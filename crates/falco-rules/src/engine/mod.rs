//! Rules against events: which rules an event makes fire.

mod index;

use std::collections::HashMap;

use crate::condition::OperandId;
use crate::load::CompiledSource;
use crate::selection::{Selectable, select};
use crate::value::Value;
use crate::{Alert, Event, EventValues, EventValuesBuffer, Priority, Rule, RuleSet, Selection};

use index::Index;

/// How many rules one event can make fire.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum RuleMatching {
    /// The first that matches, as Falco does unless told otherwise.
    #[default]
    First,
    /// All that match.
    All,
}

/// How to run rules: falco.yaml's `rule_matching`, `priority` and `rules`.
#[derive(Debug, Clone)]
pub struct EngineOptions {
    /// How many rules one event can make fire.
    pub rule_matching: RuleMatching,
    /// Rules less urgent than this do not run, and cannot be selected.
    pub minimum_priority: Priority,
    /// Which rules run, applied in order.
    pub selections: Vec<Selection>,
}

impl Default for EngineOptions {
    fn default() -> Self {
        Self { rule_matching: RuleMatching::First, minimum_priority: Priority::Debug, selections: Vec::new() }
    }
}

/// The rules that run, ready for events. Threads can share one; each has its own [`Scratch`].
#[derive(Debug)]
pub struct Engine {
    rule_matching: RuleMatching,
    sources: Vec<SourceEngine>,
}

/// The rules of one event source, in the order they are tried.
#[derive(Debug)]
struct SourceEngine {
    source: CompiledSource,
    rules: Vec<Rule>,
    index: Index,
}

/// Memory that evaluation needs, kept from event to event.
#[derive(Debug, Default)]
pub struct Scratch {
    values: EventValuesBuffer,
    matched: Vec<usize>,
}

/// The rules that one event makes fire, in the order they were tried.
#[derive(Debug, Clone)]
pub struct Matches<'a> {
    rules: &'a [Rule],
    matched: std::slice::Iter<'a, usize>,
}

impl<'a> Iterator for Matches<'a> {
    type Item = &'a Rule;

    fn next(&mut self) -> Option<&'a Rule> {
        self.matched.next().map(|&index| &self.rules[index])
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.matched.size_hint()
    }
}

impl ExactSizeIterator for Matches<'_> {}

impl Engine {
    /// Makes rules ready to run.
    pub fn new(rules: RuleSet, options: &EngineOptions) -> Self {
        let RuleSet { sources, rules } = rules;
        let mut by_source: Vec<Vec<Rule>> = sources.iter().map(|_| Vec::new()).collect();
        for rule in rules.into_iter().filter(|rule| rule.priority <= options.minimum_priority) {
            by_source[rule.source_index].push(rule);
        }
        let sources = sources
            .into_iter()
            .zip(by_source)
            .map(|(source, rules)| SourceEngine::new(source, rules, &options.selections))
            .collect();
        Self { rule_matching: options.rule_matching, sources }
    }

    /// The rules of an event source that run, in the order they are tried.
    pub fn rules(&self, source: &str) -> impl Iterator<Item = &Rule> {
        self.source(source).into_iter().flat_map(|source| &source.rules)
    }

    /// The field that decides which rules are tried at all on an event of this source, and how many rules it decides
    /// about.
    pub fn index_field(&self, source: &str) -> Option<(&str, usize)> {
        let engine = self.source(source)?;
        let (field, rules) = engine.index.field()?;
        Some((&engine.source.schema.fields()[field.index()].name, rules))
    }

    /// The rules that an event of this source makes fire. Rules of other sources are not tried; each value of the event is
    /// taken at most once; nothing is allocated unless a value has to be.
    pub fn evaluate<'a>(&'a self, source: &str, event: &dyn Event, scratch: &'a mut Scratch) -> Matches<'a> {
        scratch.matched.clear();
        let Some(engine) = self.source(source) else { return Matches { rules: &[], matched: [].iter() } };
        let buffer = std::mem::take(&mut scratch.values);
        let mut values = EventValues::reusing(buffer, &engine.source.operands, event);
        engine.run(self.rule_matching, &mut values, &mut scratch.matched);
        scratch.values = values.into_buffer();
        Matches { rules: &engine.rules, matched: scratch.matched.iter() }
    }

    /// The alerts that an event of this source raises.
    pub fn alerts<'a>(&'a self, source: &str, event: &dyn Event, scratch: &mut Scratch) -> Vec<Alert<'a>> {
        scratch.matched.clear();
        let Some(engine) = self.source(source) else { return Vec::new() };
        let buffer = std::mem::take(&mut scratch.values);
        let mut values = EventValues::reusing(buffer, &engine.source.operands, event);
        engine.run(self.rule_matching, &mut values, &mut scratch.matched);
        let alerts = scratch.matched.iter().map(|&rule| Alert::new(&engine.rules[rule], event.time(), &mut values));
        let alerts = alerts.collect();
        scratch.values = values.into_buffer();
        alerts
    }

    fn source(&self, name: &str) -> Option<&SourceEngine> {
        self.sources.iter().find(|engine| engine.source.schema.source() == name)
    }
}

impl SourceEngine {
    fn new(source: CompiledSource, rules: Vec<Rule>, selections: &[Selection]) -> Self {
        let selectable: Vec<_> =
            rules.iter().map(|rule| Selectable { name: &rule.name, tags: &rule.tags, enabled: rule.enabled }).collect();
        let order = select(&selectable, selections);
        let mut rules: HashMap<usize, Rule> = rules.into_iter().enumerate().collect();
        let rules: Vec<_> = order.into_iter().filter_map(|index| rules.remove(&index)).collect();
        let index = Index::new(&source, &rules);
        Self { source, rules, index }
    }

    fn run(&self, rule_matching: RuleMatching, values: &mut EventValues<'_>, matched: &mut Vec<usize>) {
        for rule in self.index.candidates(values) {
            if self.rules[rule].condition.matches(values) {
                matched.push(rule);
                if rule_matching == RuleMatching::First {
                    return;
                }
            }
        }
    }
}

/// The text of an operand's value, for looking it up.
fn text<'v>(values: &'v mut EventValues<'_>, operand: OperandId) -> Option<&'v [u8]> {
    match values.get(operand)? {
        Value::String(text) => Some(text),
        _ => None,
    }
}
