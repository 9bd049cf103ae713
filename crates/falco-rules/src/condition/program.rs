//! A compiled condition.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::condition::check::{Check, Test, ValueTest};
use crate::condition::operand::{OperandId, Operands, Program};
use crate::condition::set::Set;
use crate::condition::text::TextTest;
use crate::condition::values::EventValues;
use crate::schema::{FieldId, FieldRef};

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
        let wanted = Program::Field { field: FieldRef::Plugin(field), argument: None };
        let position = operands.compiled.iter().position(|operand| operand.program == wanted)?;
        self.root.required_values(&|operand| operand.index() == position)
    }

    /// The same for an operand that is known already.
    pub(crate) fn required_texts(&self, wanted: OperandId) -> Option<BTreeSet<&str>> {
        self.root.required_values(&|operand| operand == wanted)
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
}
