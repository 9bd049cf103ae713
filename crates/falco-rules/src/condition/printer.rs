//! A condition as text that reads back as the same tree.

use std::fmt;

use crate::condition::ast::{Comparison, Expr, ExprKind, FieldName, Literal, Operand, OperandKind, Operator, Right};
use crate::condition::lexer::is_bare_string_char;

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            ExprKind::And(members) => join(f, members, " and "),
            ExprKind::Or(members) => join(f, members, " or "),
            ExprKind::Not(inner) => {
                f.write_str("not ")?;
                // Without parentheses, a second `not` would cancel the first instead of standing inside it.
                if matches!(inner.kind, ExprKind::Not(_)) { write!(f, "({inner})") } else { nested(f, inner) }
            }
            ExprKind::Macro { name, .. } => f.write_str(name),
            ExprKind::Exists(operand) => write!(f, "{operand} exists"),
            ExprKind::Compare(comparison) => {
                let Comparison { left, operator, modifier, right } = &**comparison;
                write!(f, "{left} {}", operator.name())?;
                if let Some(modifier) = modifier {
                    write!(f, " {}", modifier.name())?;
                }
                f.write_str(" ")?;
                match right {
                    Right::Value(value) if takes_plain_word(*operator) => f.write_str(&value.text),
                    Right::Value(value) => value.fmt(f),
                    Right::List(values) => {
                        f.write_str("(")?;
                        separated(f, values)?;
                        f.write_str(")")
                    }
                    Right::Operand(operand) => operand.fmt(f),
                }
            }
        }
    }
}

/// Operators whose single value is a number or a name, which have no quoted form.
fn takes_plain_word(operator: Operator) -> bool {
    matches!(
        operator,
        Operator::Less
            | Operator::LessOrEqual
            | Operator::Greater
            | Operator::GreaterOrEqual
            | Operator::In
            | Operator::Intersects
            | Operator::PMatch
    )
}

fn join(f: &mut fmt::Formatter<'_>, members: &[Expr], word: &str) -> fmt::Result {
    for (place, member) in members.iter().enumerate() {
        if place > 0 {
            f.write_str(word)?;
        }
        nested(f, member)?;
    }
    Ok(())
}

fn nested(f: &mut fmt::Formatter<'_>, member: &Expr) -> fmt::Result {
    match member.kind {
        ExprKind::And(_) | ExprKind::Or(_) => write!(f, "({member})"),
        _ => write!(f, "{member}"),
    }
}

fn separated<T: fmt::Display>(f: &mut fmt::Formatter<'_>, items: &[T]) -> fmt::Result {
    for (place, item) in items.iter().enumerate() {
        if place > 0 {
            f.write_str(", ")?;
        }
        item.fmt(f)?;
    }
    Ok(())
}

impl fmt::Display for Operand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            OperandKind::Field(field) => field.fmt(f),
            OperandKind::Transform { transformer, arguments, selector } => {
                write!(f, "{}(", transformer.name())?;
                separated(f, arguments)?;
                f.write_str(")")?;
                brackets(f, selector.as_deref())
            }
            OperandKind::Text(text) => quoted(f, text),
            OperandKind::List(members) => {
                f.write_str("(")?;
                separated(f, members)?;
                f.write_str(")")
            }
        }
    }
}

impl fmt::Display for FieldName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        brackets(f, self.argument.as_deref())
    }
}

fn brackets(f: &mut fmt::Formatter<'_>, argument: Option<&str>) -> fmt::Result {
    let Some(argument) = argument else { return Ok(()) };
    f.write_str("[")?;
    let plain = |c: char| !matches!(c, '[' | ']' | '"' | '\'' | '\\' | ' ') && !c.is_control();
    if !argument.is_empty() && argument.chars().all(plain) {
        f.write_str(argument)?;
    } else {
        quoted(f, argument)?;
    }
    f.write_str("]")
}

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A backspace may stand in a bare string, but at its beginning it would be skipped as a blank.
        let bare = !self.text.is_empty() && self.text.chars().all(|c| is_bare_string_char(c) && !c.is_control());
        if bare { f.write_str(&self.text) } else { quoted(f, &self.text) }
    }
}

fn quoted(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    f.write_str("\"")?;
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            '\x08' => f.write_str("\\b")?,
            '\x0c' => f.write_str("\\f")?,
            '\n' => f.write_str("\\n")?,
            '\r' => f.write_str("\\r")?,
            '\t' => f.write_str("\\t")?,
            '"' => f.write_str("\\\"")?,
            // An escaped backslash at the end would hide the closing quote; see the lexer.
            '\\' if characters.peek().is_none() => f.write_str("\\ ")?,
            '\\' => f.write_str("\\\\")?,
            c => write!(f, "{c}")?,
        }
    }
    f.write_str("\"")
}
