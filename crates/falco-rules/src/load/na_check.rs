//! Comparisons with `<NA>` in fields where an absent value is not the text `<NA>`, though it once looked so.

use crate::{Comparison, Expr, ExprKind, OperandKind, Operator, Right, Span};

/// Where a condition compares such a field with `<NA>`.
pub(super) fn unsafe_na_checks(expr: &Expr, found: &mut dyn FnMut(Span)) {
    match &expr.kind {
        ExprKind::And(members) | ExprKind::Or(members) => {
            for member in members {
                unsafe_na_checks(member, found);
            }
        }
        ExprKind::Not(inner) => unsafe_na_checks(inner, found),
        ExprKind::Macro { body, .. } => {
            if let Some(body) = body {
                // Places in a macro are not places in the rule: the macro's name is shown.
                unsafe_na_checks(body.expr(), &mut |_| found(expr.span));
            }
        }
        ExprKind::Compare(comparison) if is_unsafe(comparison) => found(expr.span),
        ExprKind::Exists(_) | ExprKind::Compare(_) => {}
    }
}

fn is_unsafe(comparison: &Comparison) -> bool {
    let OperandKind::Field(field) = &comparison.left.kind else { return false };
    let is_json_event = field.name.starts_with("ka.") || field.name.starts_with("jevt.");
    let is_equality = matches!(
        comparison.operator,
        Operator::Equal | Operator::NotEqual | Operator::In | Operator::Intersects | Operator::PMatch
    );
    let has_na = match &comparison.right {
        Right::Value(literal) => literal.text == "<NA>",
        Right::List(literals) => literals.iter().any(|literal| literal.text == "<NA>"),
        Right::Operand(_) => false,
    };
    is_json_event && is_equality && has_na
}
