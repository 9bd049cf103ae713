//! Macros put into a condition by name.

use std::collections::HashMap;
use std::sync::Arc;

use crate::condition::ast::{Expr, ExprKind};
use crate::condition::error::{ConditionError, ConditionErrorKind};
use crate::nearest::nearest;

/// The most checks a condition may have once its macros are in place.
pub const MAX_CHECKS: usize = 100_000;

/// The most levels a condition's tree may have once its macros are in place: evaluation recurses as deep.
const MAX_LEVELS: usize = 1_000;

/// What a macro stands for, its own macros in place. Shared by all that use it.
#[derive(Debug, PartialEq, Eq)]
pub struct MacroBody {
    expr: Expr,
    size: Size,
}

impl MacroBody {
    /// The condition. Its positions are in the macro's own text.
    pub fn expr(&self) -> &Expr {
        &self.expr
    }
}

/// The macros that a condition may use.
#[derive(Clone, Debug, Default)]
pub struct Macros {
    bodies: HashMap<String, Arc<MacroBody>>,
}

impl Macros {
    /// Defines a macro, in the place of an earlier one of that name. It may use the macros defined so far.
    ///
    /// # Errors
    /// A macro that is not defined yet, the macro itself, or too much of everything.
    pub fn define(&mut self, name: impl Into<String>, body: Expr) -> Result<(), ConditionError> {
        let name = name.into();
        let expr = self.put_into(body).map_err(|error| match error.kind {
            ConditionErrorKind::UndefinedMacro { name: undefined, .. } if undefined == name => {
                ConditionError::new(ConditionErrorKind::MacroLoop { name: undefined }, error.span)
            }
            kind => ConditionError::new(kind, error.span),
        })?;
        let size = Size::of(&expr)?;
        self.bodies.insert(name, Arc::new(MacroBody { expr, size }));
        Ok(())
    }

    /// A condition with its macros in place.
    ///
    /// # Errors
    /// A macro that is not defined, or too many checks.
    pub fn resolve(&self, condition: Expr) -> Result<Expr, ConditionError> {
        let condition = self.put_into(condition)?;
        Size::of(&condition)?;
        Ok(condition)
    }

    fn put_into(&self, mut expr: Expr) -> Result<Expr, ConditionError> {
        self.put_in(&mut expr)?;
        Ok(expr)
    }

    fn put_in(&self, expr: &mut Expr) -> Result<(), ConditionError> {
        let span = expr.span;
        match &mut expr.kind {
            ExprKind::And(members) | ExprKind::Or(members) => {
                members.iter_mut().try_for_each(|member| self.put_in(member))
            }
            ExprKind::Not(inner) => self.put_in(inner),
            ExprKind::Macro { name, body } => match self.bodies.get(name) {
                Some(found) => {
                    *body = Some(Arc::clone(found));
                    Ok(())
                }
                None => Err(self.undefined(name, span)),
            },
            ExprKind::Exists(_) | ExprKind::Compare(_) => Ok(()),
        }
    }

    fn undefined(&self, name: &str, span: crate::Span) -> ConditionError {
        let nearest = nearest(name, self.bodies.keys().map(String::as_str));
        ConditionError::new(
            ConditionErrorKind::UndefinedMacro { name: name.to_owned(), nearest: nearest.map(str::to_owned) },
            span,
        )
    }
}

/// How big a tree is with the bodies of its macros counted each time they are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Size {
    checks: usize,
    levels: usize,
}

impl Size {
    fn of(expr: &Expr) -> Result<Self, ConditionError> {
        let size = Self::measure(expr);
        if size.checks > MAX_CHECKS {
            Err(ConditionError::new(ConditionErrorKind::TooManyChecks { limit: MAX_CHECKS }, expr.span))
        } else if size.levels > MAX_LEVELS {
            Err(ConditionError::new(ConditionErrorKind::TooDeep { limit: MAX_LEVELS }, expr.span))
        } else {
            Ok(size)
        }
    }

    fn measure(expr: &Expr) -> Self {
        match &expr.kind {
            ExprKind::And(members) | ExprKind::Or(members) => {
                let inner = members.iter().map(Self::measure).fold(Self { checks: 0, levels: 0 }, |sum, next| Self {
                    checks: sum.checks.saturating_add(next.checks),
                    levels: sum.levels.max(next.levels),
                });
                inner.one_level_up()
            }
            ExprKind::Not(inner) => Self::measure(inner).one_level_up(),
            ExprKind::Macro { body: Some(body), .. } => body.size.one_level_up(),
            ExprKind::Macro { body: None, .. } | ExprKind::Exists(_) | ExprKind::Compare(_) => {
                Self { checks: 1, levels: 1 }
            }
        }
    }

    fn one_level_up(self) -> Self {
        Self { checks: self.checks, levels: self.levels + 1 }
    }
}

#[cfg(test)]
mod tests {
    use super::Macros;
    use crate::condition::error::ConditionErrorKind;
    use crate::condition::parser::parse;

    #[test]
    fn a_macro_sees_only_those_defined_before_it() {
        let mut macros = Macros::default();
        let error = macros.define("later_user", parse("later").expect("valid")).expect_err("not defined yet");
        assert_eq!(error.code(), "LOAD_ERR_VALIDATE");
        macros.define("later", parse("a.b = c").expect("valid")).expect("needs nothing");
        macros.define("later_user", parse("later").expect("valid")).expect("defined now");
    }

    #[test]
    fn a_misspelt_macro_is_told_the_nearest_name() {
        let mut macros = Macros::default();
        macros.define("failed_login", parse("a.b = c").expect("valid")).expect("needs nothing");
        let error = macros.resolve(parse("faild_login").expect("valid")).expect_err("misspelt");
        let nearest = Some("failed_login".to_owned());
        assert_eq!(error.kind, ConditionErrorKind::UndefinedMacro { name: "faild_login".to_owned(), nearest });
    }

    #[test]
    fn macros_that_double_each_other_are_refused_before_they_explode() {
        let mut macros = Macros::default();
        macros.define("m0", parse("a.b = c").expect("valid")).expect("small");
        let refused = (1..100).find_map(|level| {
            let body = parse(&format!("m{0} and m{0}", level - 1)).expect("valid");
            macros.define(format!("m{level}"), body).err()
        });
        assert!(matches!(refused.map(|error| error.kind), Some(ConditionErrorKind::TooManyChecks { .. })));
    }
}
