//! The conditions of all trackers, each compiled once and each tried at most once an event: many trackers look at the same
//! events.

use std::collections::BTreeSet;

use falco_rules::{
    AssumedCondition, CompiledCondition, Compiler, ConditionErrorKind, EventValues, EventValuesBuffer, FieldId,
    Operands, parse,
};

use super::field_reference::is_found_by_trackers;

/// Compiled conditions with their texts.
#[derive(Debug, Default)]
pub(crate) struct Conditions(Vec<(String, CompiledCondition)>);

/// One of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ConditionId(usize);

/// What is left of the conditions for events of one type.
#[derive(Debug)]
pub(crate) struct AssumedConditions(Vec<AssumedCondition>);

/// What came out for one event, where it was tried. Kept from event to event for its memory.
pub(crate) type OutcomeBuffer = Vec<Option<bool>>;

/// The conditions for one event.
pub(crate) struct EventConditions<'v, 'e> {
    conditions: &'v AssumedConditions,
    values: EventValues<'e>,
    outcomes: &'v mut OutcomeBuffer,
}

impl Conditions {
    /// The condition of this text, compiled.
    pub(crate) fn add(&mut self, text: &str, compiler: &mut Compiler<'_>) -> Result<ConditionId, String> {
        if let Some(place) = self.0.iter().position(|(known, _)| known == text) {
            return Ok(ConditionId(place));
        }
        self.0.push((text.to_owned(), compile(text, compiler)?));
        Ok(ConditionId(self.0.len() - 1))
    }

    /// The texts of which a field must have one for the condition to be true; none where it can be true with any.
    pub(crate) fn required_values(
        &self,
        id: ConditionId,
        operands: &Operands,
        field: FieldId,
    ) -> Option<BTreeSet<&str>> {
        self.get(id).required_values(operands, field)
    }

    /// What is left of them where a field has this text, or one that no condition asks for by name.
    pub(crate) fn assuming(&self, operands: &Operands, field: FieldId, text: Option<&str>) -> AssumedConditions {
        let assuming = |(_, condition): &(String, CompiledCondition)| match text {
            Some(text) => condition.assuming(operands, field, text),
            None if condition.required_values(operands, field).is_some() => AssumedCondition::Never,
            None => AssumedCondition::If(condition.clone()),
        };
        AssumedConditions(self.0.iter().map(assuming).collect())
    }

    fn get(&self, ConditionId(place): ConditionId) -> &CompiledCondition {
        &self.0[place].1
    }
}

impl<'v, 'e> EventConditions<'v, 'e> {
    pub(crate) fn new(
        conditions: &'v AssumedConditions,
        values: EventValues<'e>,
        outcomes: &'v mut OutcomeBuffer,
    ) -> Self {
        outcomes.clear();
        outcomes.resize(conditions.0.len(), None);
        Self { conditions, values, outcomes }
    }

    /// Whether the event meets the condition.
    pub(crate) fn matches(&mut self, id: ConditionId) -> bool {
        let Self { conditions, values, outcomes } = self;
        match &conditions.0[id.0] {
            AssumedCondition::Always => true,
            AssumedCondition::Never => false,
            AssumedCondition::If(condition) => *outcomes[id.0].get_or_insert_with(|| condition.matches(values)),
        }
    }

    /// Gives the memory of the values back.
    pub(crate) fn into_buffer(self) -> EventValuesBuffer {
        self.values.into_buffer()
    }
}

fn compile(condition: &str, compiler: &mut Compiler<'_>) -> Result<CompiledCondition, String> {
    let outcome = parse(condition).and_then(|condition| compiler.compile(&condition));
    outcome.map(|compiled| compiled.condition).map_err(|error| match &error.kind {
        ConditionErrorKind::UnknownField { name, .. } if audit_event::field(name).is_some_and(is_found_by_trackers) => {
            format!("`{name}` is found by trackers, so no tracker can look at it")
        }
        _ => format!("the condition `{condition}`: {error}"),
    })
}
