//! Conditions: read, print, compile, evaluate, explain.

mod ast;
mod error;
mod lexer;
mod lists;
mod macros;
mod parser;
mod printer;

pub use ast::{
    Comparison, Expr, ExprKind, FieldName, Literal, Modifier, Operand, OperandKind, Operator, Right, Span, Transformer,
};
pub use error::{ConditionError, ConditionErrorKind};
pub use lists::ListText;
pub use macros::{MAX_CHECKS, MacroBody, Macros};
pub use parser::{MAX_CONDITION_BYTES, MAX_DEPTH, parse};
