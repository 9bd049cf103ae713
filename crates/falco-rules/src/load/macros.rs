//! Compiles macros, each seeing those that first appeared before its own last change.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::lists::Lists;
use super::placement::Placement;
use crate::diagnostic::{Diagnostic, ItemKind};
use crate::nearest::nearest;
use crate::rules_file::{AfterError, Definition, Definitions, MacroItem, Text};
use crate::{ConditionError, ConditionErrorKind, Expr, ExprKind, ListText, MAX_CHECKS, MAX_DEPTH, Macros, Span, parse};

/// Macros ready to be put into conditions, and which of them anything mentions.
#[derive(Debug, Default)]
pub(super) struct CompiledMacros {
    pub(super) macros: Macros,
    pub(super) used: HashSet<String>,
    /// Macros with an error of their own: that something mentions them is no further error.
    pub(super) broken: HashSet<String>,
    /// The conditions as they were read, to find places in them.
    pub(super) texts: HashMap<String, (Text, ListText)>,
}

/// A macro's condition, and the text it was read from.
type Parsed<'a> = HashMap<&'a str, (Expr, ListText)>;

impl CompiledMacros {
    /// Compiles all macros. After an error it stops and returns nothing, or leaves the macro out.
    pub(super) fn compile(
        definitions: &Definitions<MacroItem>,
        lists: &mut Lists,
        placement: &Placement<'_>,
        after_error: AfterError,
        findings: &mut Vec<Diagnostic>,
    ) -> Option<Self> {
        let mut compiled = Self::default();
        let mut parsed = Parsed::new();
        for definition in definitions.iter() {
            let item = &definition.item;
            let text = lists.put_into(item.condition.as_str());
            match parse(text.as_str()) {
                Ok(expr) => {
                    mentioned(&expr, &mut |name, _| {
                        compiled.used.insert(name.to_owned());
                    });
                    parsed.insert(&item.name, (expr, text));
                }
                Err(error) => {
                    let bytes = &item.condition.piece(0).0.bytes;
                    let trail = item.trail.step(ItemKind::MacroCondition, "", bytes);
                    findings.push(placement.condition_problem(&error, &trail, &item.condition, &text));
                    compiled.broken.insert(item.name.clone());
                    if after_error == AfterError::Stop {
                        return None;
                    }
                }
            }
        }
        let mut order = Order {
            definitions,
            parsed: &parsed,
            broken: &compiled.broken,
            macros: Macros::default(),
            defined: HashSet::new(),
            steps: 0,
        };
        let mut broken = HashSet::new();
        for definition in definitions.iter() {
            let item = &definition.item;
            match order.define(definition) {
                Ok(()) => {}
                Err(Failure::Dependency) => {
                    broken.insert(item.name.clone());
                }
                Err(Failure::Own(error)) => {
                    let text = parsed.get(item.name.as_str()).map(|(_, text)| text);
                    findings.extend(
                        text.map(|text| placement.condition_problem(&error, &item.trail, &item.condition, text)),
                    );
                    broken.insert(item.name.clone());
                    if after_error == AfterError::Stop {
                        return None;
                    }
                }
            }
        }
        compiled.macros = order.macros;
        compiled.broken.extend(broken);
        compiled.texts = definitions
            .iter()
            .filter_map(|definition| {
                let (_, text) = parsed.remove(definition.item.name.as_str())?;
                Some((definition.item.name.clone(), (definition.item.condition.clone(), text)))
            })
            .collect();
        Some(compiled)
    }
}

/// Why a macro is not defined.
enum Failure {
    Own(ConditionError),
    /// It mentions one that is broken itself, which has been reported.
    Dependency,
}

impl From<ConditionError> for Failure {
    fn from(error: ConditionError) -> Self {
        Self::Own(error)
    }
}

/// Defines macros so that each finds those it may mention.
struct Order<'a> {
    definitions: &'a Definitions<MacroItem>,
    parsed: &'a Parsed<'a>,
    broken: &'a HashSet<String>,
    macros: Macros,
    /// Those whose turn has been.
    defined: HashSet<&'a str>,
    /// How many definitions were made, those ahead of their turn included.
    steps: usize,
}

impl<'a> Order<'a> {
    fn define(&mut self, definition: &'a Definition<MacroItem>) -> Result<(), Failure> {
        self.visit(definition, definition.last, &mut Vec::new(), &mut HashSet::new())?;
        self.defined.insert(&definition.item.name);
        Ok(())
    }

    /// Defines a macro, and before it those it mentions that come later in order, yet before the last change of the
    /// macro that started this.
    fn visit(
        &mut self,
        definition: &'a Definition<MacroItem>,
        visible_before: usize,
        path: &mut Vec<&'a str>,
        ahead: &mut HashSet<&'a str>,
    ) -> Result<(), Failure> {
        let name = definition.item.name.as_str();
        let Some((expr, _)) = self.parsed.get(name) else { return Err(Failure::Dependency) };
        self.steps += 1;
        if self.steps > MAX_CHECKS {
            return Err(ConditionError {
                kind: ConditionErrorKind::TooManyChecks { limit: MAX_CHECKS },
                span: expr.span,
            }
            .into());
        }
        if path.len() == MAX_DEPTH {
            return Err(
                ConditionError { kind: ConditionErrorKind::TooDeep { limit: MAX_DEPTH }, span: expr.span }.into()
            );
        }
        path.push(name);
        let mut mentions = BTreeMap::new();
        mentioned(expr, &mut |name, span| {
            mentions.entry(span.start).or_insert((name, span));
        });
        for (mention, span) in mentions.into_values() {
            let Some(other) = self.definitions.get(mention).filter(|other| other.first < visible_before) else {
                return Err(self.undefined(mention, span, visible_before));
            };
            let other_name = other.item.name.as_str();
            if path.contains(&other_name) {
                return Err(ConditionError {
                    kind: ConditionErrorKind::MacroLoop { name: other_name.to_owned() },
                    span,
                }
                .into());
            }
            if !self.defined.contains(other_name) && !ahead.contains(other_name) {
                self.visit(other, visible_before, path, ahead)?;
                ahead.insert(other_name);
            }
        }
        path.pop();
        Ok(self.macros.define(name, expr.clone())?)
    }

    fn undefined(&self, name: &str, span: Span, visible_before: usize) -> Failure {
        if self.broken.contains(name) {
            return Failure::Dependency;
        }
        let visible = self.definitions.iter().filter(|other| other.first < visible_before);
        let nearest = nearest(name, visible.map(|other| other.item.name.as_str()));
        ConditionError {
            kind: ConditionErrorKind::UndefinedMacro { name: name.to_owned(), nearest: nearest.map(str::to_owned) },
            span,
        }
        .into()
    }
}

/// The macro an expression mentions at this place, and its condition.
pub(super) fn macro_at(expr: &Expr, span: Span) -> Option<(&str, &Expr)> {
    match &expr.kind {
        ExprKind::And(members) | ExprKind::Or(members) => members.iter().find_map(|member| macro_at(member, span)),
        ExprKind::Not(inner) => macro_at(inner, span),
        ExprKind::Macro { name, body: Some(body) } if expr.span == span => Some((name, body.expr())),
        ExprKind::Macro { .. } | ExprKind::Exists(_) | ExprKind::Compare(_) => None,
    }
}

/// Calls back with the name and the place of each macro an expression mentions.
pub(super) fn mentioned<'e>(expr: &'e Expr, found: &mut dyn FnMut(&'e str, Span)) {
    match &expr.kind {
        ExprKind::And(members) | ExprKind::Or(members) => members.iter().for_each(|member| mentioned(member, found)),
        ExprKind::Not(inner) => mentioned(inner, found),
        ExprKind::Macro { name, .. } => found(name, expr.span),
        ExprKind::Exists(_) | ExprKind::Compare(_) => {}
    }
}
