//! Why a condition cannot be used, and where.

use crate::condition::ast::{Operator, Span, Transformer};

/// Why a condition cannot be used. The position is in the text given to the parser.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind}")]
pub struct ConditionError {
    /// What is wrong.
    pub kind: ConditionErrorKind,
    /// The offending text.
    pub span: Span,
}

impl ConditionError {
    pub(crate) fn new(kind: ConditionErrorKind, span: Span) -> Self {
        Self { kind, span }
    }

    /// The code Falco gives the error in its load result.
    pub fn code(&self) -> &'static str {
        match self.kind {
            ConditionErrorKind::Empty => "LOAD_ERR_YAML_VALIDATE",
            ConditionErrorKind::UndefinedMacro { .. } | ConditionErrorKind::MacroLoop { .. } => "LOAD_ERR_VALIDATE",
            _ => "LOAD_ERR_COMPILE_CONDITION",
        }
    }
}

/// What is wrong with a condition.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConditionErrorKind {
    /// There is no text.
    #[error("the condition is empty")]
    Empty,
    /// The text is longer than [`MAX_CONDITION_BYTES`](crate::MAX_CONDITION_BYTES).
    #[error("the condition is longer than {limit} bytes")]
    TooLong {
        /// The limit.
        limit: usize,
    },
    /// Parentheses, transformers or macros are nested deeper than [`MAX_DEPTH`](crate::MAX_DEPTH).
    #[error("nested deeper than {limit} levels: simplify the condition")]
    TooDeep {
        /// The limit.
        limit: usize,
    },
    /// With its macros in place, the condition has more checks than
    /// [`MAX_CHECKS`](crate::MAX_CHECKS).
    #[error("more than {limit} checks once its macros are expanded: simplify the macros")]
    TooManyChecks {
        /// The limit.
        limit: usize,
    },
    /// Something else should stand here.
    #[error("expected {expected}")]
    Expected {
        /// What should.
        expected: String,
    },
    /// The condition goes on where it should have ended.
    #[error("unexpected text: expected 'and', 'or' or the end")]
    Unexpected,
    /// A quoted string with a backslash before a character that has no such meaning.
    #[error("\\{escaped} is not an escape: known are \\b \\f \\n \\r \\t \\\\ \\/ and the string's own quote")]
    Escape {
        /// The character after the backslash.
        escaped: char,
    },
    /// No such macro.
    #[error("undefined macro '{name}'{}", hint(nearest.as_ref()))]
    UndefinedMacro {
        /// The name.
        name: String,
        /// The closest known one.
        nearest: Option<String>,
    },
    /// A macro that needs itself.
    #[error("the macro '{name}' refers to itself")]
    MacroLoop {
        /// The name.
        name: String,
    },
    /// No such field.
    #[error("unknown field '{name}'{}", hint(nearest.as_ref()))]
    UnknownField {
        /// The name.
        name: String,
        /// The closest known one.
        nearest: Option<String>,
    },
    /// The argument of a field is missing, superfluous or malformed.
    #[error("{field} {problem}")]
    FieldArgument {
        /// The field.
        field: String,
        /// What is wrong with its argument.
        problem: &'static str,
    },
    /// An operator that the type of the left-hand side does not have.
    #[error("'{}' does not work on {operand}; use one of {allowed}", operator.name())]
    Operator {
        /// The operator.
        operator: Operator,
        /// What the left-hand side is.
        operand: String,
        /// The operators it has.
        allowed: String,
    },
    /// A value that is not of the field's type.
    #[error("'{value}' is not {expected}")]
    Value {
        /// The value.
        value: String,
        /// What it should be.
        expected: &'static str,
    },
    /// A text that is longer than Falco takes.
    #[error("the text is longer than {limit} bytes")]
    TextTooLong {
        /// The limit.
        limit: usize,
    },
    /// A regular expression that Falco does not take.
    #[error("invalid regular expression: {problem}")]
    Regex {
        /// What is wrong with it.
        problem: String,
    },
    /// A transformer with arguments it does not take.
    #[error("{}: {problem}", transformer.name())]
    Transformer {
        /// The transformer.
        transformer: Transformer,
        /// What is wrong.
        problem: String,
    },
    /// The two sides of a comparison are of different types.
    #[error("{left} cannot be compared with {right}")]
    TypeMismatch {
        /// What the left-hand side is.
        left: String,
        /// What the right-hand side is.
        right: String,
    },
    /// An operator whose right-hand side must be written in the rule.
    #[error("'{}' cannot take its right-hand side from the event", operator.name())]
    RightOperand {
        /// The operator.
        operator: Operator,
    },
    /// A network field compared with another field.
    #[error("a field of type IPNET cannot be compared with another field")]
    NetworkOperand,
}

fn hint(nearest: Option<&String>) -> String {
    nearest.map_or_else(String::new, |name| format!("; did you mean '{name}'?"))
}
