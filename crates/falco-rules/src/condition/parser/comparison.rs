//! What is asked of an operand: an operator, and what stands to the right of it.

use super::{Parsed, Parser};
use crate::condition::ast::{Comparison, Expr, ExprKind, Literal, Modifier, Operand, Operator, Right};
use crate::condition::lexer::Lexer;

impl Parser<'_> {
    pub(super) fn comparison(&mut self, left: Operand) -> Parsed<Expr> {
        let start = left.span.start;
        self.lexer.blank();
        if self.lexer.literal("exists") {
            let kind = ExprKind::Exists(Box::new(left));
            return Ok(Expr { kind, span: self.lexer.span_from(start) });
        }
        let (operator, modifier, right) = if let Some(operator) = self.number_operator() {
            (operator, None, self.number_value()?)
        } else if let Some(operator) = self.text_operator() {
            match self.modifier() {
                Some(modifier) => (operator, Some(modifier), self.list_value()?),
                None => (operator, None, self.text_value()?),
            }
        } else if let Some(operator) = self.list_operator() {
            (operator, None, self.list_value()?)
        } else {
            let names: Vec<_> = Operator::ALL.iter().map(|operator| operator.name()).collect();
            return self.expected(format!("an operator: exists, {}", names.join(", ")));
        };
        let kind = ExprKind::Compare(Box::new(Comparison { left, operator, modifier, right }));
        Ok(Expr { kind, span: self.lexer.span_from(start) })
    }

    fn number_operator(&mut self) -> Option<Operator> {
        [Operator::LessOrEqual, Operator::Less, Operator::GreaterOrEqual, Operator::Greater]
            .into_iter()
            .find(|operator| self.lexer.literal(operator.name()))
    }

    fn text_operator(&mut self) -> Option<Operator> {
        if self.lexer.literal("==") || self.lexer.literal("=") {
            return Some(Operator::Equal);
        }
        if self.lexer.literal("!=") {
            return Some(Operator::NotEqual);
        }
        let words = [
            Operator::Glob,
            Operator::IGlob,
            Operator::Contains,
            Operator::IContains,
            Operator::BContains,
            Operator::StartsWith,
            Operator::BStartsWith,
            Operator::EndsWith,
            Operator::Regex,
        ];
        // Without a blank behind it the word is taken all the same, and then there is no operator; see the lexer.
        let word = words.into_iter().find(|operator| self.lexer.literal(operator.name()))?;
        self.lexer.blank().then_some(word)
    }

    fn list_operator(&mut self) -> Option<Operator> {
        [Operator::Intersects, Operator::In, Operator::PMatch]
            .into_iter()
            .find(|operator| self.lexer.literal(operator.name()))
    }

    /// A modifier; without a list behind it the word is a string like any other.
    fn modifier(&mut self) -> Option<Modifier> {
        self.lexer.blank();
        Modifier::ALL.into_iter().find(|modifier| self.lexer.word_before_list(modifier.name()))
    }

    fn number_value(&mut self) -> Parsed<Right> {
        self.value("a number", |lexer| Ok(lexer.number().map(str::to_owned)))
    }

    fn text_value(&mut self) -> Parsed<Right> {
        self.value("a string", string)
    }

    fn list_value(&mut self) -> Parsed<Right> {
        self.lexer.blank();
        if self.lexer.literal("(") {
            return self.list().map(Right::List);
        }
        self.value("a list in parentheses", |lexer| Ok(lexer.identifier().map(str::to_owned)))
    }

    /// A value that is computed, else one that is written as `read` takes it.
    fn value(&mut self, written: &str, read: fn(&mut Lexer<'_>) -> Parsed<Option<String>>) -> Parsed<Right> {
        self.lexer.blank();
        if let Some(operand) = self.right_operand()? {
            return Ok(Right::Operand(operand));
        }
        match self.literal(read)? {
            Some(literal) => Ok(Right::Value(literal)),
            None => self.expected(format!("{written}, val(field) or a transformer")),
        }
    }

    fn literal(&mut self, read: fn(&mut Lexer<'_>) -> Parsed<Option<String>>) -> Parsed<Option<Literal>> {
        let start = self.lexer.position();
        let text = read(&mut self.lexer)?;
        Ok(text.map(|text| Literal { text, span: self.lexer.span_from(start) }))
    }

    fn list(&mut self) -> Parsed<Vec<Literal>> {
        let mut values = Vec::new();
        self.lexer.blank();
        // Falco takes any fault in the first value for an empty list and goes on behind it.
        if let Ok(Some(first)) = self.literal(string) {
            values.push(first);
            self.lexer.blank();
            while self.lexer.literal(",") {
                self.lexer.blank();
                match self.literal(string)? {
                    Some(next) => values.push(next),
                    None => return self.expected("a string"),
                }
                self.lexer.blank();
            }
        }
        if self.lexer.literal(")") { Ok(values) } else { self.expected("',' or ')'") }
    }
}

fn string(lexer: &mut Lexer<'_>) -> Parsed<Option<String>> {
    Ok(match lexer.quoted_string()? {
        Some(quoted) => Some(quoted),
        None => lexer.bare_string().map(str::to_owned),
    })
}
