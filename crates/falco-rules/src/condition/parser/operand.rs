//! What a comparison is about: a field, or a transformer of others.

use super::{Parsed, Parser};
use crate::condition::ast::{FieldName, Operand, OperandKind, Transformer};

impl Parser<'_> {
    pub(super) fn field(&mut self) -> Parsed<Option<Operand>> {
        let start = self.lexer.position();
        let Some(name) = self.lexer.field_name() else { return Ok(None) };
        let argument = self.brackets()?;
        let kind = OperandKind::Field(FieldName { name: name.to_owned(), argument });
        Ok(Some(Operand { kind, span: self.lexer.span_from(start) }))
    }

    pub(super) fn field_or_transform(&mut self) -> Parsed<Operand> {
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
    pub(super) fn transform(&mut self) -> Parsed<Option<Operand>> {
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

    pub(super) fn right_operand(&mut self) -> Parsed<Option<Operand>> {
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
