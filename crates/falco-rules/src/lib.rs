//! Falco's rule language: load, check, compile, evaluate, format.

mod alert;
mod condition;
mod diagnostic;
mod engine;
mod event;
mod exceptions;
mod load;
mod nearest;
mod output;
mod priority;
mod report;
mod rule;
mod rule_test;
mod rules_file;
mod schema;
mod selection;
mod source_text;
mod value;
mod versions;

pub use alert::{Alert, AlertFormat, TimeFormat};
pub use condition::{
    Comparison, Compiled, CompiledCondition, Compiler, Condition, ConditionError, ConditionErrorKind, ConditionWarning,
    ConditionWarningKind, EventValues, EventValuesBuffer, ExplainedValue, Explanation, Expr, ExprKind, FieldName,
    ListText, Literal, MAX_CHECKS, MAX_CONDITION_BYTES, MAX_DEPTH, MacroBody, Macros, Modifier, Operand, OperandKind,
    Operands, Operator, Right, Span, Transformer, explain, parse,
};
pub use diagnostic::{Code, Diagnostic};
pub use engine::{Engine, EngineOptions, Matches, RuleMatching, Scratch};
pub use event::{Argument, Event};
pub use load::RuleSet;
pub use output::{OutputError, OutputFormat};
pub use priority::{Priority, PriorityError};
pub use report::{FileReport, LoadReport};
pub use rule::Rule;
pub use rule_test::{
    CaseOutcome, ExpectedAlert, Failure, RuleTestError, RuleTestFile, RuleTestHost, RuleTestReport, TestCase,
    TestEvent, TestEventSource, run_rule_tests,
};
pub use rules_file::MAX_FILE_SIZE;
pub use schema::{FieldArgument, FieldDefinition, FieldId, FieldRef, FieldType, GenericField, Schema};
pub use selection::{Selection, SelectionAction, SelectionTarget};
pub use source_text::{LineColumn, RulesFile};
pub use value::Value;
pub use versions::{ENGINE_VERSION, Version, VersionError};
