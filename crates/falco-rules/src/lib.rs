//! Falco's rule language: load, check, compile, evaluate, format.

#[doc = include_str!("../docs/language.md")]
pub mod language {}

mod condition;
mod event;
mod nearest;
mod output;
mod schema;
mod value;

pub use condition::{
    Comparison, Compiled, CompiledCondition, Compiler, Condition, ConditionError, ConditionErrorKind, ConditionWarning,
    ConditionWarningKind, EventValues, EventValuesBuffer, ExplainedValue, Explanation, Expr, ExprKind, FieldName,
    ListText, Literal, MAX_CHECKS, MAX_CONDITION_BYTES, MAX_DEPTH, MacroBody, Macros, Modifier, Operand, OperandKind,
    Operands, Operator, Right, Span, Transformer, explain, parse,
};
pub use event::{Argument, Event};
pub use output::{OutputError, OutputFormat};
pub use schema::{FieldArgument, FieldDefinition, FieldId, FieldRef, FieldType, GenericField, Schema};
pub use value::Value;
