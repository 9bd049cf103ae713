//! Why a condition is true of an event, or is not.

use crate::condition::ast::{Expr, ExprKind, Operand, OperandKind, Right};
use crate::condition::check::Test;
use crate::condition::operand::{OperandId, Program};
use crate::condition::program::{CompiledCondition, Node};
use crate::condition::values::EventValues;
use crate::output::text_of;

/// One part of a condition, with its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// A check as it prints, the name of a macro, or `and`, `or`, `not`, whose parts are below.
    pub text: String,
    /// Whether it is true of the event.
    pub result: bool,
    /// Whether it decided the answer of the part around it: the first false one of a false `and`, the first true one of a
    /// true `or`, and otherwise all.
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
    let joint = |text: &str, result, parts| Explanation {
        text: text.to_owned(),
        result,
        decisive: false,
        values: Vec::new(),
        parts,
    };
    match (&expr.kind, node) {
        (ExprKind::And(members), Node::And(nodes)) => {
            let parts = joined(members, nodes, values, |part| !part.result);
            joint("and", parts.iter().all(|part| part.result), parts)
        }
        (ExprKind::Or(members), Node::Or(nodes)) => {
            let parts = joined(members, nodes, values, |part| part.result);
            joint("or", parts.iter().any(|part| part.result), parts)
        }
        (ExprKind::Not(inner), Node::Not(node)) => {
            let part = sole(inner, node, values);
            joint("not", !part.result, vec![part])
        }
        (ExprKind::Macro { name, body: Some(body) }, Node::Macro(node)) => {
            let part = sole(body.expr(), node, values);
            joint(name, part.result, vec![part])
        }
        _ => Explanation {
            text: expr.to_string(),
            result: node.matches(values),
            decisive: false,
            values: of_check(expr, node, values),
            parts: Vec::new(),
        },
    }
}

fn sole(expr: &Expr, node: &Node, values: &mut EventValues<'_>) -> Explanation {
    let mut sole = part(expr, node, values);
    sole.decisive = true;
    sole
}

/// The members of `and` or `or`, of which one may decide alone.
fn joined(
    members: &[Expr],
    nodes: &[Node],
    values: &mut EventValues<'_>,
    decides_alone: impl Fn(&Explanation) -> bool,
) -> Vec<Explanation> {
    let mut parts: Vec<_> = members.iter().zip(nodes).map(|(member, node)| part(member, node, values)).collect();
    match parts.iter_mut().find(|part| decides_alone(part)) {
        Some(alone) => alone.decisive = true,
        None => parts.iter_mut().for_each(|part| part.decisive = true),
    }
    parts
}

fn of_check(expr: &Expr, node: &Node, values: &mut EventValues<'_>) -> Vec<ExplainedValue> {
    match (&expr.kind, node) {
        (ExprKind::Exists(operand), Node::Check(check)) => shown(&[(operand, check.operand)], values),
        (ExprKind::Compare(comparison), Node::Check(check)) => match (&comparison.right, &check.test) {
            (Right::Operand(right), Test::Operand(_, id)) => {
                shown(&[(&comparison.left, check.operand), (right, *id)], values)
            }
            _ => shown(&[(&comparison.left, check.operand)], values),
        },
        _ => Vec::new(),
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

#[cfg(test)]
mod tests {
    use super::{ExplainedValue, Explanation};
    use crate::condition::macros::Macros;
    use crate::condition::parser::parse;
    use crate::condition::standalone::Condition;
    use crate::event::{Argument, Event};
    use crate::schema::{FieldDefinition, FieldId, FieldType, Schema};
    use crate::value::Value;

    struct Login;

    impl Event for Login {
        fn value(&self, field: FieldId, _: Option<&Argument>) -> Option<Value<'_>> {
            (field.index() == 0).then(|| "Alice".into())
        }

        fn number(&self) -> u64 {
            1
        }

        fn time(&self) -> u64 {
            0
        }
    }

    fn explained(text: &str) -> Explanation {
        let field = |name| FieldDefinition::new(name, FieldType::String);
        let schema = Schema::new("login", "login", "1.0.0", vec![field("user.name"), field("user.email")]);
        let mut macros = Macros::default();
        macros.define("known", parse("user.name exists").expect("valid")).expect("valid");
        Condition::with_macros(text, &macros, &schema).expect("valid").explain(&Login)
    }

    #[test]
    fn the_first_false_part_of_a_false_and_decides() {
        let explanation = explained("known and user.name = Bob and user.email = x");
        assert!(!explanation.result);
        let decisive: Vec<_> =
            explanation.parts.iter().filter(|part| part.decisive).map(|part| part.text.as_str()).collect();
        assert_eq!(decisive, ["user.name = Bob"]);
        assert_eq!(explanation.parts[0].parts[0].text, "user.name exists");
    }

    #[test]
    fn a_check_shows_its_transformers_and_their_fields() {
        let explanation = explained("not tolower(user.name) = val(user.email)");
        let shown = |operand: &str, value: Option<&str>| ExplainedValue {
            operand: operand.to_owned(),
            value: value.map(str::to_owned),
        };
        let expected =
            [shown("tolower(user.name)", Some("alice")), shown("user.name", Some("Alice")), shown("user.email", None)];
        assert_eq!(explanation.parts[0].values, expected);
        assert!(explanation.result && !explanation.parts[0].result);
    }

    #[test]
    fn macros_nested_as_deep_as_allowed_are_evaluated_and_explained() {
        let schema = Schema::new("login", "login", "1.0.0", Vec::new());
        let mut macros = Macros::default();
        macros.define("m0", parse("evt.num = 1").expect("valid")).expect("small");
        let refused = (1..10_000).find(|level| {
            let body = parse(&format!("not m{}", level - 1)).expect("valid");
            macros.define(format!("m{level}"), body).is_err()
        });
        let deepest = format!("m{}", refused.expect("a limit") - 1);
        let condition = Condition::with_macros(&deepest, &macros, &schema);
        // Naming the deepest macro is one level more, so one of the two is at the limit.
        let condition = condition.or_else(|_| {
            let deepest = format!("m{}", refused.expect("a limit") - 2);
            Condition::with_macros(&deepest, &macros, &schema)
        });
        let condition = condition.expect("within the limit");
        assert_eq!(condition.matches(&Login), condition.explain(&Login).result);
    }
}
