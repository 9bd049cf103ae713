//! The fields that a condition asks for on the left of its operators.

use crate::{Expr, ExprKind, Operand, OperandKind, Span};

/// Calls back with each field's name and the place of the check.
pub(super) fn asked_fields<'e>(expr: &'e Expr, found: &mut dyn FnMut(&'e str, Span)) {
    match &expr.kind {
        ExprKind::And(members) | ExprKind::Or(members) => {
            for member in members {
                asked_fields(member, found);
            }
        }
        ExprKind::Not(inner) => asked_fields(inner, found),
        ExprKind::Macro { body, .. } => {
            if let Some(body) = body {
                // Places in a macro are not places in the rule: the macro's name is shown.
                asked_fields(body.expr(), &mut |field, _| found(field, expr.span));
            }
        }
        ExprKind::Exists(operand) => fields_of(operand, &mut |field| found(field, expr.span)),
        ExprKind::Compare(comparison) => fields_of(&comparison.left, &mut |field| found(field, expr.span)),
    }
}

fn fields_of<'e>(operand: &'e Operand, found: &mut dyn FnMut(&'e str)) {
    match &operand.kind {
        OperandKind::Field(field) => found(&field.name),
        OperandKind::Text(_) => {}
        OperandKind::List(members) | OperandKind::Transform { arguments: members, .. } => {
            for member in members {
                fields_of(member, found);
            }
        }
    }
}
