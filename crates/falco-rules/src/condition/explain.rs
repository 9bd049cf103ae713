//! Why a condition is true of an event, or is not.

use crate::condition::ast::{Comparison, Expr, ExprKind, Operand, OperandKind, Right};
use crate::condition::check::{Check, Test};
use crate::condition::operand::{OperandId, Program};
use crate::condition::program::{CompiledCondition, Node};
use crate::condition::values::EventValues;
use crate::output::text_of;

/// One part of a condition, with its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// The part, as it prints.
    pub text: String,
    /// Whether it is true of the event.
    pub result: bool,
    /// Whether it decided the answer of the part around it: a false one of `and`, a true one of `or`, or all where they
    /// agree. Of several false ones in an `and`, the first decides; later ones are not looked at in earnest.
    pub decisive: bool,
    /// For a check: its fields and transformers, the outermost first.
    pub values: Vec<ExplainedValue>,
    /// The parts of it. For a macro: what it stands for.
    pub parts: Vec<Explanation>,
}

/// A field or a transformer in a check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExplainedValue {
    /// As it prints.
    pub operand: String,
    /// Its value as in an output, or `None` where it has none.
    pub value: Option<String>,
}

/// Explains what a condition says of an event. `expr` must be the one it was compiled from.
pub fn explain(expr: &Expr, condition: &CompiledCondition, values: &mut EventValues<'_>) -> Explanation {
    let mut explanation = part(expr, condition.root(), values);
    explanation.decisive = true;
    explanation
}

fn part(expr: &Expr, node: &Node, values: &mut EventValues<'_>) -> Explanation {
    let (parts, shown_values) = match (&expr.kind, node) {
        (ExprKind::And(members), Node::And(nodes)) => (joined(members, nodes, false, values), Vec::new()),
        (ExprKind::Or(members), Node::Or(nodes)) => (joined(members, nodes, true, values), Vec::new()),
        (ExprKind::Not(inner), Node::Not(node)) => (vec![sole(inner, node, values)], Vec::new()),
        (ExprKind::Macro { body: Some(body), .. }, Node::Macro(node)) => {
            (vec![sole(body.expr(), node, values)], Vec::new())
        }
        (ExprKind::Exists(operand), Node::Check(check)) => (Vec::new(), shown(&[(operand, check.operand)], values)),
        (ExprKind::Compare(comparison), Node::Check(check)) => (Vec::new(), of_check(comparison, check, values)),
        _ => (Vec::new(), Vec::new()),
    };
    Explanation { text: expr.to_string(), result: node.matches(values), decisive: false, values: shown_values, parts }
}

fn sole(expr: &Expr, node: &Node, values: &mut EventValues<'_>) -> Explanation {
    let mut sole = part(expr, node, values);
    sole.decisive = true;
    sole
}

/// The members of `and` or `or`; `deciding` is the answer by which one of them decides alone.
fn joined(members: &[Expr], nodes: &[Node], deciding: bool, values: &mut EventValues<'_>) -> Vec<Explanation> {
    let mut parts: Vec<_> = members.iter().zip(nodes).map(|(member, node)| part(member, node, values)).collect();
    match parts.iter_mut().find(|part| part.result == deciding) {
        Some(alone) => alone.decisive = true,
        None => parts.iter_mut().for_each(|part| part.decisive = true),
    }
    parts
}

fn of_check(comparison: &Comparison, check: &Check, values: &mut EventValues<'_>) -> Vec<ExplainedValue> {
    match (&comparison.right, &check.test) {
        (Right::Operand(right), Test::Operand(_, id)) => {
            shown(&[(&comparison.left, check.operand), (right, *id)], values)
        }
        _ => shown(&[(&comparison.left, check.operand)], values),
    }
}

/// The values of operands and of what they are made from. Texts of the rule itself are left out.
fn shown(operands: &[(&Operand, OperandId)], values: &mut EventValues<'_>) -> Vec<ExplainedValue> {
    let mut shown = Vec::new();
    let mut pending: Vec<(&Operand, OperandId)> = operands.iter().rev().copied().collect();
    while let Some((operand, id)) = pending.pop() {
        let arguments = match &operand.kind {
            OperandKind::Text(_) => continue,
            OperandKind::Field(_) => &[],
            OperandKind::List(members) => members.as_slice(),
            OperandKind::Transform { arguments, .. } => arguments.as_slice(),
        };
        let inner = match values.program(id) {
            Program::Transform { arguments, .. } | Program::List(arguments) => arguments.to_vec(),
            // `val` is no program of its own.
            Program::Field { .. } | Program::Text(_) => vec![id; arguments.len()],
        };
        if !operand.is_val() {
            let value = values.get(id).map(|value| String::from_utf8_lossy(&text_of(value)).into_owned());
            shown.push(ExplainedValue { operand: operand.to_string(), value });
        }
        pending.extend(arguments.iter().zip(inner).rev());
    }
    shown
}
