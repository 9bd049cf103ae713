//! From a place in a condition to the place in the rules file.

use std::ops::Range;

use crate::diagnostic::{Code, Diagnostic, FileSpan, ItemKind, Place, Trail};
use crate::rules_file::{Text, in_source};
use crate::source_text::RulesFile;
use crate::{ConditionError, ConditionErrorKind, ListText, Span};

/// Finds places of conditions in rules files.
#[derive(Debug, Clone, Copy)]
pub(super) struct Placement<'a> {
    pub(super) files: &'a [RulesFile],
}

impl Placement<'_> {
    /// A problem with a condition, shown where it is in the rules file if that can be told.
    pub(super) fn condition_problem(
        &self,
        error: &ConditionError,
        trail: &Trail,
        condition: &Text,
        text: &ListText,
    ) -> Diagnostic {
        self.problem(code(error), error, trail, &Assembled { condition, prefix: 0, text })
    }

    /// The same for a condition that something was put around.
    pub(super) fn problem(
        &self,
        code: Code,
        error: &ConditionError,
        trail: &Trail,
        assembled: &Assembled<'_>,
    ) -> Diagnostic {
        let place = self.place(error.span, assembled);
        let bytes = match &place {
            Place::File(span) => span.bytes.clone(),
            Place::Text { .. } => trail.span().bytes.clone(),
        };
        let trail = trail.step(ItemKind::ConditionExpression, "", &bytes);
        Diagnostic::new(code, error.to_string(), trail).at(place)
    }

    /// The place of a range of a condition as it was parsed.
    pub(super) fn place(&self, span: Span, assembled: &Assembled<'_>) -> Place {
        let original = assembled.text.original(span).range();
        let inner = original
            .start
            .checked_sub(assembled.prefix)
            .map(|start| start..original.end.saturating_sub(assembled.prefix));
        inner
            .filter(|range| range.end <= assembled.condition.as_str().len())
            .and_then(|range| self.in_file(assembled.condition, &range))
            .map_or_else(|| Place::Text { text: assembled.text.as_str().to_owned(), span: span.range() }, Place::File)
    }

    /// The place of a range of a text.
    pub(super) fn in_file(&self, text: &Text, range: &Range<usize>) -> Option<FileSpan> {
        let (scalar, value, start) = text.piece(range.start);
        let source = self.files.get(scalar.file.0)?.content.get(scalar.bytes.clone())?;
        let end = (start + range.len()).min(value.len()).max(start);
        let found = in_source(source, value, &(start..end))?;
        Some(FileSpan { file: scalar.file, bytes: scalar.bytes.start + found.start..scalar.bytes.start + found.end })
    }
}

/// A condition as it was parsed: something before it, the condition itself, something behind, and lists put in.
pub(super) struct Assembled<'a> {
    pub(super) condition: &'a Text,
    /// How many bytes stand before the condition.
    pub(super) prefix: usize,
    pub(super) text: &'a ListText,
}

pub(super) fn code(error: &ConditionError) -> Code {
    match error.kind {
        ConditionErrorKind::UndefinedMacro { .. } | ConditionErrorKind::MacroLoop { .. } => Code::Validate,
        ConditionErrorKind::Empty => Code::YamlValidate,
        _ => Code::CompileCondition,
    }
}
