//! Falco's grammar, by recursive descent with bounded depth.

use crate::condition::ast::{
    Comparison, Expr, ExprKind, FieldName, Literal, Modifier, Operand, OperandKind, Operator, Right, Span, Transformer,
};
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
        self.lexer.blank();
        let start = self.lexer.position();
        let first = self.and()?;
        self.lexer.blank();
        let mut members = vec![first];
        while self.lexer.literal("or") {
            // Directly behind `or`, a parenthesis stands for itself: an `and` after it is not part of this `or`.
            let next = self.joined("or", Self::and)?;
            members.push(next);
            self.lexer.blank();
        }
        Ok(self.one_or(ExprKind::Or, members, start))
    }

    fn and(&mut self) -> Parsed<Expr> {
        self.lexer.blank();
        let start = self.lexer.position();
        let first = self.not()?;
        self.lexer.blank();
        let mut members = vec![first];
        while self.lexer.literal("and") {
            let next = self.joined("and", Self::not)?;
            members.push(next);
            self.lexer.blank();
        }
        Ok(self.one_or(ExprKind::And, members, start))
    }

    fn one_or(&self, join: fn(Vec<Expr>) -> ExprKind, mut members: Vec<Expr>, start: usize) -> Expr {
        match members.pop() {
            Some(only) if members.is_empty() => only,
            last => {
                members.extend(last);
                Expr { kind: join(members), span: self.lexer.span_from(start) }
            }
        }
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

    fn field(&mut self) -> Parsed<Option<Operand>> {
        let start = self.lexer.position();
        let Some(name) = self.lexer.field_name() else { return Ok(None) };
        let argument = self.brackets()?;
        let kind = OperandKind::Field(FieldName { name: name.to_owned(), argument });
        Ok(Some(Operand { kind, span: self.lexer.span_from(start) }))
    }

    fn field_or_transform(&mut self) -> Parsed<Operand> {
        if let Some(field) = self.field()? {
            return Ok(field);
        }
        match self.transform()? {
            Some(transform) => Ok(transform),
            None => self.expected("a field or a transformer"),
        }
    }

    fn brackets(&mut self) -> Parsed<Option<String>> {
        if !self.lexer.literal("[") {
            return Ok(None);
        }
        let argument = match self.lexer.quoted_string()? {
            Some(quoted) => quoted,
            None => match self.lexer.bare_argument() {
                Some(bare) => bare.to_owned(),
                None => return self.expected("an argument: a key or an index"),
            },
        };
        if self.lexer.literal("]") { Ok(Some(argument)) } else { self.expected("']'") }
    }

    /// A transformer; `val` is not one here.
    fn transform(&mut self) -> Parsed<Option<Operand>> {
        let start = self.lexer.position();
        let named = Transformer::ALL.into_iter().filter(|transformer| *transformer != Transformer::Val);
        for transformer in named {
            // Without the parenthesis, the same word is the name of a macro.
            if self.lexer.call(transformer.name()) {
                return self.deeper(|parser| parser.transform_arguments(transformer, start)).map(Some);
            }
        }
        Ok(None)
    }

    fn transform_arguments(&mut self, transformer: Transformer, start: usize) -> Parsed<Operand> {
        self.lexer.blank();
        let mut arguments = vec![self.transform_argument()?];
        self.lexer.blank();
        while self.lexer.literal(",") {
            arguments.push(self.transform_argument()?);
            self.lexer.blank();
        }
        if !self.lexer.literal(")") {
            return self.expected(format!("')' to close {}(", transformer.name()));
        }
        let selector = self.brackets()?;
        let kind = OperandKind::Transform { transformer, arguments, selector };
        Ok(Operand { kind, span: self.lexer.span_from(start) })
    }

    fn transform_argument(&mut self) -> Parsed<Operand> {
        self.lexer.blank();
        let start = self.lexer.position();
        if self.lexer.literal("(") {
            return self.deeper(|parser| parser.operand_list(start));
        }
        self.list_argument(start)
    }

    fn operand_list(&mut self, start: usize) -> Parsed<Operand> {
        let mut members = Vec::new();
        self.lexer.blank();
        if !self.lexer.literal(")") {
            loop {
                self.lexer.blank();
                let member = self.lexer.position();
                members.push(self.list_argument(member)?);
                self.lexer.blank();
                if !self.lexer.literal(",") {
                    break;
                }
            }
            if !self.lexer.literal(")") {
                return self.expected("',' or ')'");
            }
        }
        Ok(Operand { kind: OperandKind::List(members), span: self.lexer.span_from(start) })
    }

    fn list_argument(&mut self, start: usize) -> Parsed<Operand> {
        let text = match self.lexer.quoted_string()? {
            Some(quoted) => Some(quoted),
            None => self.lexer.number().map(str::to_owned),
        };
        if let Some(text) = text {
            return Ok(Operand { kind: OperandKind::Text(text), span: self.lexer.span_from(start) });
        }
        if let Some(field) = self.field()? {
            return Ok(field);
        }
        match self.transform()? {
            Some(transform) => Ok(transform),
            None => self.expected("a field, a transformer, a quoted string or a number"),
        }
    }

    fn comparison(&mut self, left: Operand) -> Parsed<Expr> {
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
        self.lexer.blank();
        if let Some(operand) = self.right_operand()? {
            return Ok(Right::Operand(operand));
        }
        let start = self.lexer.position();
        match self.lexer.number() {
            Some(number) => {
                let text = number.to_owned();
                Ok(Right::Value(Literal { text, span: self.lexer.span_from(start) }))
            }
            None => self.expected("a number, val(field) or a transformer"),
        }
    }

    fn text_value(&mut self) -> Parsed<Right> {
        self.lexer.blank();
        if let Some(operand) = self.right_operand()? {
            return Ok(Right::Operand(operand));
        }
        match self.string()? {
            Some(literal) => Ok(Right::Value(literal)),
            None => self.expected("a string, val(field) or a transformer"),
        }
    }

    fn list_value(&mut self) -> Parsed<Right> {
        self.lexer.blank();
        if self.lexer.literal("(") {
            return self.list().map(Right::List);
        }
        if let Some(operand) = self.right_operand()? {
            return Ok(Right::Operand(operand));
        }
        let start = self.lexer.position();
        match self.lexer.identifier() {
            Some(name) => {
                let text = name.to_owned();
                Ok(Right::Value(Literal { text, span: self.lexer.span_from(start) }))
            }
            None => self.expected("a list in parentheses, val(field) or a transformer"),
        }
    }

    fn list(&mut self) -> Parsed<Vec<Literal>> {
        let mut values = Vec::new();
        self.lexer.blank();
        // Falco takes any fault in the first value for an empty list and goes on behind it.
        if let Ok(Some(first)) = self.string() {
            values.push(first);
            self.lexer.blank();
            while self.lexer.literal(",") {
                self.lexer.blank();
                match self.string()? {
                    Some(next) => values.push(next),
                    None => return self.expected("a string"),
                }
                self.lexer.blank();
            }
        }
        if self.lexer.literal(")") { Ok(values) } else { self.expected("',' or ')'") }
    }

    fn string(&mut self) -> Parsed<Option<Literal>> {
        let start = self.lexer.position();
        let text = match self.lexer.quoted_string()? {
            Some(quoted) => Some(quoted),
            None => self.lexer.bare_string().map(str::to_owned),
        };
        Ok(text.map(|text| Literal { text, span: self.lexer.span_from(start) }))
    }

    fn right_operand(&mut self) -> Parsed<Option<Operand>> {
        let start = self.lexer.position();
        if !self.lexer.call(Transformer::Val.name()) {
            return self.transform();
        }
        self.lexer.blank();
        let Some(field) = self.field()? else { return self.expected("a field") };
        self.lexer.blank();
        if !self.lexer.literal(")") {
            return self.expected("')' to close val(");
        }
        let kind = OperandKind::Transform { transformer: Transformer::Val, arguments: vec![field], selector: None };
        Ok(Some(Operand { kind, span: self.lexer.span_from(start) }))
    }
}

#[cfg(test)]
mod tests;
