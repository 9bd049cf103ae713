//! The values of one event, each found when it is first needed and kept for all conditions.

use std::borrow::Cow;

use crate::condition::memory::c_string;
use crate::condition::operand::{CompiledOperand, OperandId, Operands, Program, Shape};
use crate::condition::time;
use crate::condition::transform;
use crate::event::Event;
use crate::schema::{FieldRef, FieldType, GenericField};
use crate::value::Value;

/// The place of an operand that was not looked for yet.
const NOWHERE: u32 = u32::MAX;

/// The values of one event for the conditions compiled by one [`Compiler`](crate::Compiler).
pub struct EventValues<'e> {
    operands: &'e Operands,
    event: &'e dyn Event,
    /// For each operand its place in `found`, or [`NOWHERE`]. Behind an event only the operands found are taken out, so
    /// that those which no candidate asks for cost nothing, however many there are.
    places: Vec<u32>,
    found: Vec<Found<'e>>,
}

/// An operand that was looked for, and its value if it has one.
type Found<'e> = (OperandId, Option<Value<'e>>);

/// The memory of an [`EventValues`], kept from event to event.
#[derive(Debug, Default)]
pub struct EventValuesBuffer {
    /// All of them [`NOWHERE`].
    places: Vec<u32>,
    /// Empty.
    found: Vec<Found<'static>>,
}

impl<'e> EventValues<'e> {
    /// The values of an event. Nothing is extracted yet.
    pub fn new(operands: &'e Operands, event: &'e dyn Event) -> Self {
        Self::reusing(EventValuesBuffer::default(), operands, event)
    }

    /// The same in memory that is there already.
    pub fn reusing(buffer: EventValuesBuffer, operands: &'e Operands, event: &'e dyn Event) -> Self {
        let EventValuesBuffer { mut places, found } = buffer;
        places.resize(operands.compiled.len(), NOWHERE);
        Self { operands, event, places, found }
    }

    /// Gives the memory back.
    pub fn into_buffer(mut self) -> EventValuesBuffer {
        for (id, _) in self.found.drain(..) {
            self.places[id.index()] = NOWHERE;
        }
        // Of the same size and without any element, so this keeps the allocation.
        EventValuesBuffer { places: self.places, found: self.found.into_iter().map(|(id, _)| (id, None)).collect() }
    }

    /// When the event happened, in nanoseconds since the epoch.
    pub(crate) fn time(&self) -> u64 {
        self.event.time()
    }

    /// How an operand's value is found.
    pub(crate) fn program(&self, id: OperandId) -> &'e Program {
        &self.operands.compiled[id.index()].program
    }

    /// Finds a value, unless that was done before.
    pub(crate) fn find(&mut self, id: OperandId) {
        if self.places[id.index()] == NOWHERE {
            let value = self.compute(id);
            // There are no more places than operands, and those are counted in 32 bits.
            self.places[id.index()] = u32::try_from(self.found.len()).unwrap_or(NOWHERE);
            self.found.push((id, value));
        }
    }

    /// A value that was found before.
    pub(crate) fn found(&self, id: OperandId) -> Option<&Value<'e>> {
        self.found.get(self.places[id.index()] as usize)?.1.as_ref()
    }

    /// A value.
    pub(crate) fn get(&mut self, id: OperandId) -> Option<&Value<'e>> {
        self.find(id);
        self.found(id)
    }

    fn compute(&mut self, id: OperandId) -> Option<Value<'e>> {
        let CompiledOperand { program, shape, .. } = &self.operands.compiled[id.index()];
        match program {
            Program::Field { field: FieldRef::Generic(field), .. } => self.generic(*field),
            Program::Field { field: FieldRef::Plugin(field), argument } => {
                self.event.value(*field, argument.as_ref()).and_then(|value| fitting(value, *shape))
            }
            Program::Text(text) => Some(Value::String(Cow::Borrowed(text))),
            Program::List(members) => {
                members.iter().for_each(|member| self.find(*member));
                members.iter().map(|member| self.found(*member).cloned()).collect::<Option<_>>().map(Value::List)
            }
            Program::Transform { transformer, arguments, selector } => {
                arguments.iter().for_each(|argument| self.find(*argument));
                if let [only] = **arguments {
                    return transform::apply(*transformer, &[self.found(only)?], *selector);
                }
                let values = arguments.iter().map(|id| self.found(*id)).collect::<Option<Vec<_>>>()?;
                transform::apply(*transformer, &values, *selector)
            }
        }
    }

    fn generic(&self, field: GenericField) -> Option<Value<'e>> {
        const SECOND: u64 = 1_000_000_000;
        let nanoseconds = self.event.time();
        let relative = nanoseconds.wrapping_sub(self.event.first_event_time());
        Some(match field {
            GenericField::Number => Value::Uint64(self.event.number()),
            GenericField::Time => time::time_of_day(nanoseconds).into(),
            GenericField::TimeSeconds => time::time_of_day_seconds(nanoseconds).into(),
            GenericField::TimeIso8601 => time::iso8601(nanoseconds).into(),
            GenericField::DateTime => time::date_time(nanoseconds).into(),
            GenericField::DateTimeSeconds => time::date_time_seconds(nanoseconds).into(),
            GenericField::RawTime => Value::AbsTime(nanoseconds),
            GenericField::RawTimeSeconds => Value::AbsTime(nanoseconds / SECOND),
            GenericField::RawTimeNanoseconds => Value::AbsTime(nanoseconds % SECOND),
            GenericField::RelTime => Value::RelTime(relative),
            GenericField::RelTimeSeconds => Value::RelTime(relative / SECOND),
            GenericField::RelTimeNanoseconds => Value::RelTime(relative % SECOND),
            GenericField::PluginName => self.operands.plugin_name.as_str().into(),
            GenericField::PluginInfo => self.event.plugin_info()?.into(),
            GenericField::Source => self.operands.source.as_str().into(),
            GenericField::IsAsync => Value::Bool(self.event.async_type().is_some()),
            GenericField::AsyncType => self.event.async_type()?.into(),
            GenericField::Hostname => self.event.hostname()?.into(),
        })
    }
}

/// The value if it is of the field's type. Falco's strings end at the first zero byte, and its lists are never empty.
fn fitting(value: Value<'_>, shape: Shape) -> Option<Value<'_>> {
    if !shape.is_list {
        return single(value, shape.field_type);
    }
    let Value::List(members) = value else { return None };
    let members: Vec<_> = members.into_iter().map(|member| single(member, shape.field_type)).collect::<Option<_>>()?;
    (!members.is_empty()).then_some(Value::List(members))
}

fn single(value: Value<'_>, field_type: FieldType) -> Option<Value<'_>> {
    match (value, field_type) {
        (Value::String(text), FieldType::String) => {
            let length = c_string(&text).len();
            Some(Value::String(match text {
                Cow::Borrowed(text) => Cow::Borrowed(&text[..length]),
                Cow::Owned(mut text) => {
                    text.truncate(length);
                    Cow::Owned(text)
                }
            }))
        }
        (value @ Value::Uint64(_), FieldType::Uint64)
        | (value @ Value::Bool(_), FieldType::Bool)
        | (value @ Value::IpAddr(_), FieldType::IpAddr)
        | (value @ Value::IpNet(_), FieldType::IpNet)
        | (value @ Value::RelTime(_), FieldType::RelTime)
        | (value @ Value::AbsTime(_), FieldType::AbsTime) => Some(value),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::{EventValues, EventValuesBuffer};
    use crate::condition::compile::Compiler;
    use crate::condition::parser::parse;
    use crate::event::{Argument, Event};
    use crate::schema::{FieldDefinition, FieldId, FieldType, Schema};
    use crate::value::Value;

    #[derive(Default)]
    struct Counting {
        extractions: Cell<u32>,
    }

    impl Event for Counting {
        fn value(&self, _: FieldId, _: Option<&Argument>) -> Option<Value<'_>> {
            self.extractions.set(self.extractions.get() + 1);
            Some("x".into())
        }

        fn number(&self) -> u64 {
            1
        }

        fn time(&self) -> u64 {
            0
        }
    }

    #[test]
    fn a_field_is_extracted_once_for_all_conditions_and_memory_is_kept() {
        let field = FieldDefinition::new("a.b", FieldType::String);
        let schema = Schema::new("a", "a", "1.0.0", vec![field]);
        let mut compiler = Compiler::new(&schema);
        let conditions = ["a.b = y or a.b contains z", "tolower(a.b) = x", "len(tolower(a.b)) = 1"]
            .map(|text| compiler.compile(&parse(text).expect("valid")).expect("valid").condition);
        let operands = compiler.finish();
        let event = Counting::default();
        let mut values = EventValues::reusing(EventValuesBuffer::default(), &operands, &event);
        let answers = conditions.each_ref().map(|condition| condition.matches(&mut values));
        assert_eq!(answers, [false, true, true]);
        assert_eq!(event.extractions.get(), 1);
        let memory = values.found.as_ptr() as usize;
        let buffer = values.into_buffer();
        let again = EventValues::reusing(buffer, &operands, &event);
        assert_eq!(again.found.as_ptr() as usize, memory);
        assert!(!conditions[0].matches(&mut { again }));
        assert_eq!(event.extractions.get(), 2, "nothing is left of the event before");
    }
}
