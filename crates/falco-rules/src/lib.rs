//! Falco's rule language: load, check, compile, evaluate, format.
//!
//! For rule authors: [`language`] is conditions and outputs, [`rules_files`] the files they are in, [`rule_tests`] how to
//! test them. For programs: [`RuleSet::load`] reads rules files, [`Engine`] runs them, [`Alert`] is what comes out.
//!
//! ```
//! use falco_rules::*;
//!
//! /// An event source with one field.
//! struct Door(&'static str);
//!
//! impl Event for Door {
//!     fn value(&self, _: FieldId, _: Option<&Argument>) -> Option<Value<'_>> {
//!         Some(self.0.into())
//!     }
//!     fn number(&self) -> u64 {
//!         1
//!     }
//!     fn time(&self) -> u64 {
//!         1_699_982_000_000_000_000
//!     }
//! }
//!
//! let field = FieldDefinition::new("door.state", FieldType::String);
//! let schema = Schema::new("door", "door", "1.0.0", vec![field]);
//! let file = RulesFile::new("door.yaml", "
//! - rule: Door open
//!   desc: The door should be shut.
//!   condition: door.state = open
//!   output: the door is %door.state
//!   priority: WARNING
//!   source: door
//! ");
//! let (report, rules) = RuleSet::load(&[file], &[schema]);
//! let Some(rules) = rules else { panic!("{}", report.to_text()) };
//! let engine = Engine::new(rules, &EngineOptions::default());
//! let alerts = engine.alerts("door", &Door("open"), &mut Scratch::default());
//! assert_eq!(alerts[0].to_text(&AlertFormat::new("host")), "17:13:20.000000000: Warning the door is open");
//! ```

#[doc = include_str!("../docs/language.md")]
pub mod language {}

#[doc = include_str!("../docs/rules_file.md")]
pub mod rules_files {}

#[doc = include_str!("../docs/rule_tests.md")]
pub mod rule_tests {}

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
    AssumedCondition, Comparison, Compiled, CompiledCondition, Compiler, Condition, ConditionError, ConditionErrorKind,
    ConditionWarning, ConditionWarningKind, EventValues, EventValuesBuffer, ExplainedValue, Explanation, Expr,
    ExprKind, FieldName, ListText, Literal, MAX_CHECKS, MAX_CONDITION_BYTES, MAX_DEPTH, MacroBody, Macros, Modifier,
    Operand, OperandKind, Operands, Operator, Right, Span, Transformer, explain, parse,
};
pub use diagnostic::{Code, Diagnostic};
pub use engine::{Engine, EngineOptions, Matches, RuleMatching, Scratch};
pub use event::{Argument, Event};
pub use load::RuleSet;
pub use nearest::nearest;
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
