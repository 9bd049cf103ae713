//! A rule that is ready to run.

use crate::{CompiledCondition, Expr, OutputFormat, Priority};

/// A rule that is ready to run.
#[derive(Debug, Clone)]
pub struct Rule {
    pub(crate) name: String,
    pub(crate) source: String,
    /// Which of the schemas it was loaded with.
    pub(crate) source_index: usize,
    pub(crate) description: String,
    pub(crate) priority: Priority,
    pub(crate) tags: Vec<String>,
    pub(crate) enabled: bool,
    /// The condition with its exceptions, lists and macros in place, to explain it.
    pub(crate) expr: Expr,
    pub(crate) condition: CompiledCondition,
    pub(crate) output: OutputFormat,
}

impl Rule {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The event source whose events it is tried on.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// What it finds.
    pub fn description(&self) -> &str {
        &self.description
    }

    /// How urgent its alerts are.
    pub fn priority(&self) -> Priority {
        self.priority
    }

    /// Its tags, sorted, each once.
    pub fn tags(&self) -> &[String] {
        &self.tags
    }

    /// Does the rules file let it run? A selection can say otherwise.
    pub fn is_enabled(&self) -> bool {
        self.enabled
    }

    /// When it fires: its condition with exceptions, lists and macros in place.
    pub fn condition(&self) -> &Expr {
        &self.expr
    }
}
