//! One check of a condition, typed and ready to run.

use std::net::IpAddr;

use ipnet::IpNet;

use crate::condition::ast::{Modifier, Operator};
use crate::condition::operand::OperandId;
use crate::condition::set::Set;
use crate::condition::text::{TextTest, ordered, related};
use crate::condition::values::EventValues;
use crate::value::Value;

/// An operand and what is asked of it. Without a value, the answer is no.
#[derive(Clone, Debug)]
pub(crate) struct Check {
    pub(crate) operand: OperandId,
    pub(crate) test: Test,
}

#[derive(Clone, Debug)]
pub(crate) enum Test {
    Exists,
    One(ValueTest),
    /// At least one.
    Combined(Modifier, Box<[ValueTest]>),
    /// For a list: all of its values.
    Every(Set),
    /// For a list: at least one of its values.
    Some(Set),
    /// With another value of the event.
    Operand(Operator, OperandId),
}

#[derive(Clone, Debug)]
pub(crate) enum ValueTest {
    Text(TextTest),
    Number(Operator, u64),
    Truth(Operator, bool),
    Address(Operator, IpAddr),
    Network(IpNet),
    OutsideNetwork(IpNet),
    In(Set),
    NotIn(Set),
    Always(bool),
}

impl Check {
    pub(crate) fn matches(&self, values: &mut EventValues<'_>) -> bool {
        if let Test::Operand(operator, right) = &self.test {
            values.find(self.operand);
            values.find(*right);
            return match (values.found(self.operand), values.found(*right)) {
                (Some(left), Some(right)) => compare(*operator, left, right),
                _ => false,
            };
        }
        values.get(self.operand).is_some_and(|value| self.test.matches(value))
    }
}

impl Test {
    pub(crate) fn matches(&self, value: &Value<'_>) -> bool {
        match self {
            Self::Exists => true,
            Self::One(test) => test.matches(value),
            Self::Combined(modifier, tests) => {
                let mut answers = tests.iter().map(|test| test.matches(value));
                match modifier {
                    Modifier::AnyOf => answers.any(|answer| answer),
                    Modifier::AllOf => answers.all(|answer| answer),
                    Modifier::OneOf => answers.filter(|answer| *answer).take(2).count() == 1,
                }
            }
            Self::Every(set) => members(value).iter().all(|member| set.has_member(member)),
            Self::Some(set) => members(value).iter().any(|member| set.has_member(member)),
            Self::Operand(..) => false,
        }
    }
}

impl ValueTest {
    fn matches(&self, value: &Value<'_>) -> bool {
        match (self, value) {
            (Self::Text(asked), Value::String(text)) => asked.matches(text),
            (
                Self::Number(operator, wanted),
                Value::Uint64(number) | Value::RelTime(number) | Value::AbsTime(number),
            ) => ordered(*operator, number, wanted),
            (Self::Truth(operator, wanted), Value::Bool(truth)) => ordered(*operator, truth, wanted),
            (Self::Address(operator, wanted), Value::IpAddr(address)) => ordered(*operator, address, wanted),
            (Self::Network(network), Value::IpNet(address)) => network.contains(address),
            (Self::OutsideNetwork(network), Value::IpNet(address)) => !network.contains(address),
            (Self::In(set), value) => set.has(value),
            (Self::NotIn(set), value) => !set.has(value),
            (Self::Always(answer), _) => *answer,
            _ => false,
        }
    }
}

fn members<'v, 'e>(value: &'v Value<'e>) -> &'v [Value<'e>] {
    match value {
        Value::List(members) => members,
        single => std::slice::from_ref(single),
    }
}

/// Compares two values of the event. They are of the same type; that was checked.
fn compare(operator: Operator, left: &Value<'_>, right: &Value<'_>) -> bool {
    match (left, right) {
        (Value::List(left), Value::List(right)) => match operator {
            Operator::In => left.iter().all(|member| right.contains(member)),
            _ => left.iter().any(|member| right.contains(member)),
        },
        (Value::String(left), Value::String(right)) => related(operator, left, right),
        (Value::Uint64(left), Value::Uint64(right))
        | (Value::RelTime(left), Value::RelTime(right))
        | (Value::AbsTime(left), Value::AbsTime(right)) => ordered(operator, left, right),
        (Value::Bool(left), Value::Bool(right)) => ordered(operator, left, right),
        (Value::IpAddr(left), Value::IpAddr(right)) => ordered(operator, left, right),
        _ => false,
    }
}
