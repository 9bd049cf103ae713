//! Conditions: read, print, compile, evaluate, explain.

mod ast;
mod base64;
mod check;
mod compile;
mod error;
mod explain;
mod getopt;
mod glob;
mod lexer;
mod lists;
mod literal;
mod lookup;
mod macros;
mod memory;
mod operand;
mod operators;
mod parser;
mod paths;
mod printer;
mod program;
mod re2;
mod set;
mod standalone;
mod text;
pub(crate) mod time;
mod transform;
mod values;
mod warning;

pub use ast::{
    Comparison, Expr, ExprKind, FieldName, Literal, Modifier, Operand, OperandKind, Operator, Right, Span, Transformer,
};
pub use compile::{Compiled, Compiler};
pub use error::{ConditionError, ConditionErrorKind};
pub use explain::{ExplainedValue, Explanation, explain};
pub use lists::ListText;
pub(crate) use lists::{quoted, words};
pub use macros::{MAX_CHECKS, MacroBody, Macros};
pub(crate) use operand::OperandId;
pub use operand::Operands;
pub use parser::{MAX_CONDITION_BYTES, MAX_DEPTH, parse};
pub use program::{AssumedCondition, CompiledCondition};
pub use standalone::Condition;
pub use values::{EventValues, EventValuesBuffer};
pub use warning::{ConditionWarning, ConditionWarningKind};

pub(crate) use memory::c_string;
pub(crate) use parser::parse_operand;
