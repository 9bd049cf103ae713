//! Falco's grammar, by recursive descent with bounded depth.

mod comparison;
mod operand;

use std::iter;

use crate::condition::ast::{Expr, ExprKind, Operand, Span};
use crate::condition::error::{ConditionError, ConditionErrorKind};
use crate::condition::lexer::Lexer;

/// The longest condition that is read.
pub const MAX_CONDITION_BYTES: usize = 1 << 20;

/// How deep parentheses, transformers and macros may be nested together.
///
/// Falco means to stop at 1,000 calls of its parser, but its guard does not work, so it goes on until its stack is used up.
pub const MAX_DEPTH: usize = 250;

type Parsed<T> = Result<T, Box<ConditionError>>;

/// Reads a condition.
///
/// Lists and macros are left as the names they are.
///
/// # Errors
/// The first thing that Falco's grammar does not allow, and where.
pub fn parse(text: &str) -> Result<Expr, ConditionError> {
    if text.is_empty() {
        return Err(ConditionError::new(ConditionErrorKind::Empty, Span::default()));
    }
    if text.len() > MAX_CONDITION_BYTES {
        let kind = ConditionErrorKind::TooLong { limit: MAX_CONDITION_BYTES };
        return Err(ConditionError::new(kind, Span::new(0, text.len())));
    }
    let mut parser = Parser::new(text);
    let condition = parser.or().map_err(|error| *error)?;
    if parser.lexer.at_end() {
        Ok(condition)
    } else {
        Err(ConditionError::new(ConditionErrorKind::Unexpected, parser.lexer.word_here()))
    }
}

/// Reads a field or a transformer, as in an output format; the rest of the text is left.
pub(crate) fn parse_operand(text: &str) -> Result<(Operand, usize), ConditionError> {
    let mut parser = Parser::new(text);
    parser.field_or_transform().map(|operand| (operand, parser.lexer.position())).map_err(|error| *error)
}

struct Parser<'t> {
    lexer: Lexer<'t>,
    depth: usize,
}

impl<'t> Parser<'t> {
    fn new(text: &'t str) -> Self {
        Self { lexer: Lexer::new(text), depth: 0 }
    }

    fn expected<T>(&self, expected: impl Into<String>) -> Parsed<T> {
        let kind = ConditionErrorKind::Expected { expected: expected.into() };
        Err(Box::new(ConditionError::new(kind, self.lexer.word_here())))
    }

    fn deeper<T>(&mut self, inner: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth == MAX_DEPTH {
            let kind = ConditionErrorKind::TooDeep { limit: MAX_DEPTH };
            return Err(Box::new(ConditionError::new(kind, self.lexer.word_here())));
        }
        self.depth += 1;
        let result = inner(self);
        self.depth -= 1;
        result
    }

    fn or(&mut self) -> Parsed<Expr> {
        // Directly behind `or`, a parenthesis stands for itself: an `and` after it is not part of this `or`.
        self.chain("or", Self::and, ExprKind::Or)
    }

    fn and(&mut self) -> Parsed<Expr> {
        self.chain("and", Self::not, ExprKind::And)
    }

    /// Members with `word` between them, or a single one, which stands for itself.
    fn chain(
        &mut self,
        word: &str,
        member: fn(&mut Self) -> Parsed<Expr>,
        join: fn(Vec<Expr>) -> ExprKind,
    ) -> Parsed<Expr> {
        self.lexer.blank();
        let start = self.lexer.position();
        let first = member(self)?;
        self.lexer.blank();
        let mut further = Vec::new();
        while self.lexer.literal(word) {
            further.push(self.joined(word, member)?);
            self.lexer.blank();
        }
        if further.is_empty() {
            return Ok(first);
        }
        let members = iter::once(first).chain(further).collect();
        Ok(Expr { kind: join(members), span: self.lexer.span_from(start) })
    }

    fn joined(&mut self, word: &str, operand: fn(&mut Self) -> Parsed<Expr>) -> Parsed<Expr> {
        if self.lexer.blank() {
            operand(self)
        } else if self.lexer.literal("(") {
            self.in_parentheses()
        } else {
            self.expected(format!("a blank or '(' after '{word}'"))
        }
    }

    fn not(&mut self) -> Parsed<Expr> {
        self.lexer.blank();
        let start = self.lexer.position();
        let mut negated = false;
        while self.lexer.not_and_blank() {
            negated = !negated;
        }
        let inner = if self.lexer.literal("not(") {
            negated = !negated;
            self.in_parentheses()?
        } else {
            self.check()?
        };
        Ok(if negated {
            Expr { kind: ExprKind::Not(Box::new(inner)), span: self.lexer.span_from(start) }
        } else {
            inner
        })
    }

    fn in_parentheses(&mut self) -> Parsed<Expr> {
        let inner = self.deeper(Self::or)?;
        self.lexer.blank();
        if self.lexer.literal(")") { Ok(inner) } else { self.expected("')'") }
    }

    fn check(&mut self) -> Parsed<Expr> {
        self.lexer.blank();
        if self.lexer.literal("(") {
            return self.in_parentheses();
        }
        let start = self.lexer.position();
        if let Some(left) = self.field()? {
            return self.comparison(left);
        }
        if let Some(left) = self.transform()? {
            return self.comparison(left);
        }
        match self.lexer.identifier() {
            Some(name) => {
                let kind = ExprKind::Macro { name: name.to_owned(), body: None };
                Ok(Expr { kind, span: self.lexer.span_from(start) })
            }
            None => self.expected("'(', a field, a transformer or the name of a macro"),
        }
    }
}

#[cfg(test)]
mod tests;
