//! One condition outside a rules file.

use std::collections::BTreeSet;

use crate::condition::ast::Expr;
use crate::condition::compile::{Compiled, Compiler};
use crate::condition::error::ConditionError;
use crate::condition::explain::{Explanation, explain};
use crate::condition::macros::Macros;
use crate::condition::operand::Operands;
use crate::condition::parser::parse;
use crate::condition::program::CompiledCondition;
use crate::condition::values::{EventValues, EventValuesBuffer};
use crate::condition::warning::ConditionWarning;
use crate::event::Event;
use crate::schema::{FieldId, Schema};

/// A condition that stands for itself.
///
/// ```
/// # use falco_rules::{Argument, Condition, Event, FieldDefinition, FieldId, FieldType, Schema, Value};
/// # struct Login;
/// # impl Event for Login {
/// #     fn value(&self, _: FieldId, _: Option<&Argument>) -> Option<Value<'_>> { Some("alice".into()) }
/// #     fn number(&self) -> u64 { 1 }
/// #     fn time(&self) -> u64 { 0 }
/// # }
/// # let field = FieldDefinition::new("login.user", FieldType::String);
/// # let schema = Schema::new("login", "login", "1.0.0", vec![field]);
/// let condition = Condition::new("login.user in (alice, bob)", &schema)?;
/// assert!(condition.matches(&Login));
/// # Ok::<(), falco_rules::ConditionError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Condition {
    expr: Expr,
    compiled: CompiledCondition,
    operands: Operands,
    warnings: Vec<ConditionWarning>,
}

impl Condition {
    /// Reads and checks a condition that uses no macros and no lists.
    ///
    /// # Errors
    /// What is wrong with it, and where.
    pub fn new(text: &str, schema: &Schema) -> Result<Self, ConditionError> {
        Self::with_macros(text, &Macros::default(), schema)
    }

    /// Reads and checks a condition that uses no lists.
    ///
    /// # Errors
    /// What is wrong with it, and where.
    pub fn with_macros(text: &str, macros: &Macros, schema: &Schema) -> Result<Self, ConditionError> {
        let expr = macros.resolve(parse(text)?)?;
        let mut compiler = Compiler::new(schema);
        let Compiled { condition, warnings } = compiler.compile(&expr)?;
        Ok(Self { expr, compiled: condition, operands: compiler.finish(), warnings })
    }

    /// Whether it is true of an event.
    pub fn matches(&self, event: &dyn Event) -> bool {
        self.compiled.matches(&mut EventValues::new(&self.operands, event))
    }

    /// The same for many events in a row, without allocating for each.
    pub fn matches_reusing(&self, event: &dyn Event, buffer: &mut EventValuesBuffer) -> bool {
        let mut values = EventValues::reusing(std::mem::take(buffer), &self.operands, event);
        let matches = self.compiled.matches(&mut values);
        *buffer = values.into_buffer();
        matches
    }

    /// Why it is true of an event, or is not.
    pub fn explain(&self, event: &dyn Event) -> Explanation {
        explain(&self.expr, &self.compiled, &mut EventValues::new(&self.operands, event))
    }

    /// The texts of which a field must have one for it to be true; see [`CompiledCondition::required_values`].
    pub fn required_values(&self, field: FieldId) -> Option<BTreeSet<&str>> {
        self.compiled.required_values(&self.operands, field)
    }

    /// What is questionable about it.
    pub fn warnings(&self) -> &[ConditionWarning] {
        &self.warnings
    }

    /// The tree.
    pub fn expr(&self) -> &Expr {
        &self.expr
    }
}
