//! Falco's rule language: load, check, compile, evaluate, format.

mod condition;
mod diagnostic;
mod engine;
mod event;
mod exceptions;
mod load;
mod nearest;
mod priority;
mod report;
mod rule;
mod rules_file;
mod schema;
mod selection;
mod source_text;
mod stub;
pub use stub::*;
mod value;
mod versions;

pub use condition::{
    Comparison, Compiled, CompiledCondition, Compiler, ConditionError, ConditionErrorKind, ConditionWarning,
    ConditionWarningKind, EventValues, EventValuesBuffer, Expr, ExprKind, FieldName, ListText, Literal, MAX_CHECKS,
    MAX_CONDITION_BYTES, MAX_DEPTH, MacroBody, Macros, Modifier, Operand, OperandKind, Operands, Operator, Right, Span,
    Transformer, parse,
};
pub use diagnostic::{Code, Diagnostic};
pub use engine::{Engine, EngineOptions, Matches, RuleMatching, Scratch};
pub use event::{Argument, Event};
pub use load::RuleSet;
pub use priority::{Priority, PriorityError};
pub use report::{FileReport, LoadReport};
pub use rule::Rule;
pub use rules_file::MAX_FILE_SIZE;
pub use schema::{FieldArgument, FieldDefinition, FieldId, FieldRef, FieldType, GenericField, Schema};
pub use selection::{Selection, SelectionAction, SelectionTarget};
pub use source_text::{LineColumn, RulesFile};
pub use value::Value;
pub use versions::{ENGINE_VERSION, Version, VersionError};
