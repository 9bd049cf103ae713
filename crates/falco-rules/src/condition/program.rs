//! A compiled condition.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::condition::check::{Check, Test, ValueTest};
use crate::condition::operand::{OperandId, Operands};
use crate::condition::set::Set;
use crate::condition::text::TextTest;
use crate::condition::values::EventValues;
use crate::schema::FieldId;
use crate::value::Value;

/// A condition ready to be evaluated, together with the [`Operands`] of the compiler it comes from.
#[derive(Clone, Debug)]
pub struct CompiledCondition {
    root: Node,
}

/// A node for each one of the condition's tree, in the same order, so that the two can be walked together.
#[derive(Clone, Debug)]
pub(crate) enum Node {
    And(Box<[Node]>),
    Or(Box<[Node]>),
    Not(Box<Node>),
    Macro(Arc<Node>),
    Check(Check),
}

/// What is left of a condition where the text of one field is known.
#[derive(Clone, Debug)]
pub enum AssumedCondition {
    /// It is true, whatever else the event holds.
    Always,
    /// It is not.
    Never,
    /// It is true where this is.
    If(CompiledCondition),
}

impl CompiledCondition {
    pub(crate) fn new(root: Node) -> Self {
        Self { root }
    }

    pub(crate) fn root(&self) -> &Node {
        &self.root
    }

    /// Whether the condition is true of an event.
    pub fn matches(&self, values: &mut EventValues<'_>) -> bool {
        self.root.matches(values)
    }

    /// The texts of which a field, used without an argument, must have one for the condition to be true; `None` where
    /// the condition can be true with any, or without a value.
    ///
    /// An engine can leave the condition aside for every event whose field has another text.
    pub fn required_values(&self, operands: &Operands, field: FieldId) -> Option<BTreeSet<&str>> {
        self.required_texts(operands.field(field)?)
    }

    /// The same for an operand that is known already.
    pub(crate) fn required_texts(&self, wanted: OperandId) -> Option<BTreeSet<&str>> {
        self.root.required_values(&|operand| operand == wanted)
    }

    /// What is left to be looked at where a field, used without an argument, has this text.
    pub fn assuming(&self, operands: &Operands, field: FieldId, text: &str) -> AssumedCondition {
        match operands.field(field) {
            Some(known) => self.root.assuming(known, &Value::from(text)),
            None => AssumedCondition::If(self.clone()),
        }
    }
}

impl Node {
    pub(crate) fn matches(&self, values: &mut EventValues<'_>) -> bool {
        match self {
            Self::And(members) => members.iter().all(|member| member.matches(values)),
            Self::Or(members) => members.iter().any(|member| member.matches(values)),
            Self::Not(inner) => !inner.matches(values),
            Self::Macro(body) => body.matches(values),
            Self::Check(check) => check.matches(values),
        }
    }

    fn required_values(&self, is_wanted: &dyn Fn(OperandId) -> bool) -> Option<BTreeSet<&str>> {
        match self {
            Self::And(members) => members
                .iter()
                .filter_map(|member| member.required_values(is_wanted))
                .reduce(|one, other| one.intersection(&other).copied().collect()),
            Self::Or(members) => {
                let mut all = BTreeSet::new();
                for member in members {
                    all.extend(member.required_values(is_wanted)?);
                }
                Some(all)
            }
            Self::Macro(body) => body.required_values(is_wanted),
            Self::Check(check) if is_wanted(check.operand) => match &check.test {
                Test::One(ValueTest::Text(TextTest::Equal(text))) => {
                    Some(std::str::from_utf8(text).into_iter().collect())
                }
                Test::One(ValueTest::In(Set::Texts(texts))) => Some(texts.iter().map(|text| &**text).collect()),
                Test::One(ValueTest::Always(false)) => Some(BTreeSet::new()),
                _ => None,
            },
            Self::Not(_) | Self::Check(_) => None,
        }
    }

    fn assuming(&self, known: OperandId, value: &Value<'_>) -> AssumedCondition {
        use AssumedCondition::{Always, If, Never};
        let all = |members: &[Self]| members.iter().map(|member| member.assuming(known, value)).collect::<Vec<_>>();
        let left = |members: Vec<AssumedCondition>, join: fn(Box<[Self]>) -> Self| {
            let mut left: Vec<_> = members.into_iter().filter_map(AssumedCondition::into_node).collect();
            If(CompiledCondition::new(if left.len() == 1 { left.remove(0) } else { join(left.into()) }))
        };
        match self {
            Self::And(members) => {
                let members = all(members);
                if members.iter().any(|member| matches!(member, Never)) {
                    Never
                } else if members.iter().all(|member| matches!(member, Always)) {
                    Always
                } else {
                    left(members, Self::And)
                }
            }
            Self::Or(members) => {
                let members = all(members);
                if members.iter().any(|member| matches!(member, Always)) {
                    Always
                } else if members.iter().all(|member| matches!(member, Never)) {
                    Never
                } else {
                    left(members, Self::Or)
                }
            }
            Self::Not(inner) => match inner.assuming(known, value) {
                Always => Never,
                Never => Always,
                If(CompiledCondition { root }) => If(CompiledCondition::new(Self::Not(Box::new(root)))),
            },
            Self::Macro(body) => body.assuming(known, value),
            Self::Check(check) if check.operand == known && !matches!(check.test, Test::Operand(..)) => {
                if check.test.matches(value) { Always } else { Never }
            }
            Self::Check(_) => If(CompiledCondition::new(self.clone())),
        }
    }
}

impl AssumedCondition {
    fn into_node(self) -> Option<Node> {
        match self {
            Self::Always | Self::Never => None,
            Self::If(CompiledCondition { root }) => Some(root),
        }
    }
}
