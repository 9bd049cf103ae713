//! Which rules to try on an event at all: an index on the field that most rules compare with fixed texts.

use std::collections::{HashMap, HashSet};

use super::text;
use crate::condition::OperandId;
use crate::load::CompiledSource;
use crate::schema::{FieldArgument, FieldId, FieldRef, FieldType};
use crate::{EventValues, Rule};

/// Finds the rules that an event can make fire, by the value of one field.
#[derive(Debug, Default)]
pub(super) struct Index {
    key: Option<Key>,
    /// Rules that must be tried on every event, in order.
    always: Vec<usize>,
    /// Rules that can fire only if the field has this value, in order.
    by_value: HashMap<Box<[u8]>, Vec<usize>>,
}

#[derive(Debug, Clone, Copy)]
struct Key {
    field: FieldId,
    operand: OperandId,
    /// How many rules the field decides about.
    rules: usize,
    /// How many different texts they compare it with: the more, the fewer rules are left to try.
    texts: usize,
}

impl Index {
    /// An index on the field that decides about most of the rules.
    pub(super) fn new(source: &CompiledSource, rules: &[Rule]) -> Self {
        let Some(key) = best_key(source, rules) else {
            return Self { always: (0..rules.len()).collect(), ..Self::default() };
        };
        let mut index = Self { key: Some(key), ..Self::default() };
        for (position, rule) in rules.iter().enumerate() {
            match rule.condition.required_texts(key.operand) {
                None => index.always.push(position),
                Some(texts) => {
                    for text in texts {
                        index.by_value.entry(text.as_bytes().into()).or_default().push(position);
                    }
                }
            }
        }
        index
    }

    pub(super) fn field(&self) -> Option<(FieldId, usize)> {
        self.key.map(|key| (key.field, key.rules))
    }

    /// The rules to try, in order.
    pub(super) fn candidates(&self, values: &mut EventValues<'_>) -> Candidates<'_> {
        let found = self.key.and_then(|key| text(values, key.operand)).and_then(|value| self.by_value.get(value));
        Candidates { always: &self.always, found: found.map_or(&[], Vec::as_slice) }
    }
}

fn best_key(source: &CompiledSource, rules: &[Rule]) -> Option<Key> {
    let schema = &source.schema;
    let is_plain_text = |field: &FieldRef| {
        let (field_type, is_list, argument) = schema.shape(*field);
        let takes_none =
            matches!(argument, FieldArgument::None | FieldArgument::OptionalKey | FieldArgument::OptionalIndex);
        field_type == FieldType::String && !is_list && takes_none
    };
    let names = schema.fields().iter().map(|field| field.name.as_str());
    let fields = names.filter(|name| schema.field(name).as_ref().is_some_and(is_plain_text));
    fields
        .filter_map(|name| schema.field_id(name))
        .filter_map(|field| Some((field, source.operands.field(field)?)))
        .map(|(field, operand)| {
            let required: Vec<_> =
                rules.iter().filter_map(|rule| rule.condition.required_texts(operand)).collect();
            let texts: HashSet<&str> = required.iter().flatten().copied().collect();
            Key { field, operand, rules: required.len(), texts: texts.len() }
        })
        .filter(|key| key.rules > 0)
        // Of equals the one that comes first in the schema, so that the choice does not vary.
        .max_by_key(|key| (key.rules, key.texts, std::cmp::Reverse(key.field)))
}

/// Rules to try: two lists in order, merged.
#[derive(Debug)]
pub(super) struct Candidates<'a> {
    always: &'a [usize],
    found: &'a [usize],
}

impl Iterator for Candidates<'_> {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        let take_found = match (self.always.first(), self.found.first()) {
            (Some(always), Some(found)) => found < always,
            (None, Some(_)) => true,
            (_, None) => false,
        };
        let list = if take_found { &mut self.found } else { &mut self.always };
        let (&first, rest) = list.split_first()?;
        *list = rest;
        Some(first)
    }
}

#[cfg(test)]
mod tests {
    use super::Candidates;

    #[test]
    fn candidates_come_in_order() {
        let candidates = Candidates { always: &[1, 4, 5], found: &[0, 2, 6] };
        assert_eq!(candidates.collect::<Vec<_>>(), [0, 1, 2, 4, 5, 6]);
    }
}
