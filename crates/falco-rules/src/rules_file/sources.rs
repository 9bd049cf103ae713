//! The event sources rules may be for, and the fields each has.

use crate::{Compiler, ExprKind, Schema, parse};

/// The event sources that somebody provides.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sources<'a>(pub(crate) &'a [Schema]);

impl<'a> Sources<'a> {
    pub(crate) fn position(&self, source: &str) -> Option<usize> {
        self.0.iter().position(|schema| schema.source() == source)
    }

    pub(crate) fn is_known(&self, source: &str) -> bool {
        self.position(source).is_some()
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &'a str> {
        self.0.iter().map(Schema::source)
    }

    /// Can this text stand on the left of an operator? If not, the field that was perhaps meant. Of an unknown source
    /// nothing is known, so anything can.
    pub(crate) fn check_field(&self, source: &str, text: &str) -> Result<(), Option<String>> {
        let Some(schema) = self.position(source).map(|index| &self.0[index]) else { return Ok(()) };
        let exists = parse(&format!("{text} exists")).ok().filter(|expr| matches!(expr.kind, ExprKind::Exists(_)));
        match exists.map(|expr| Compiler::new(schema).compile(&expr)) {
            Some(Ok(_)) => Ok(()),
            _ => Err(schema.nearest_field(text)),
        }
    }
}
