//! The event sources rules may be for, and the fields each has.

use crate::Schema;

/// The event sources that somebody provides.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sources<'a>(pub(crate) &'a [Schema]);

impl<'a> Sources<'a> {
    pub(crate) fn get(&self, source: &str) -> Option<&'a Schema> {
        self.0.iter().find(|schema| schema.source() == source)
    }

    pub(crate) fn is_known(&self, source: &str) -> bool {
        self.get(source).is_some()
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &'a str> {
        self.0.iter().map(Schema::source)
    }

    /// Can this text stand on the left of an operator? If not, the field that was perhaps meant. Of an unknown source
    /// nothing is known, so anything can.
    pub(crate) fn check_field(&self, source: &str, text: &str) -> Result<(), Option<String>> {
        let Some(schema) = self.get(source) else { return Ok(()) };
        let condition = format!("{text} exists");
        let is_one_check = crate::condition::parse(&condition).is_ok_and(|expr| matches!(expr.kind, crate::ExprKind::Exists(_)));
        if is_one_check && schema.field(text).is_some() {
            return Ok(());
        }
        Err(schema.nearest_field(text))
    }
}
