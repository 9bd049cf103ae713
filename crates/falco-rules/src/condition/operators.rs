//! Which operators work on which types.

use crate::condition::ast::Operator;
use crate::condition::operand::Shape;
use crate::schema::FieldType;

const ORDER: [Operator; 8] = [
    Operator::Equal,
    Operator::NotEqual,
    Operator::Less,
    Operator::LessOrEqual,
    Operator::Greater,
    Operator::GreaterOrEqual,
    Operator::In,
    Operator::Intersects,
];

const TEXT: [Operator; 16] = [
    Operator::Equal,
    Operator::NotEqual,
    Operator::Less,
    Operator::LessOrEqual,
    Operator::Greater,
    Operator::GreaterOrEqual,
    Operator::Contains,
    Operator::IContains,
    Operator::StartsWith,
    Operator::EndsWith,
    Operator::Glob,
    Operator::IGlob,
    Operator::Regex,
    Operator::In,
    Operator::Intersects,
    Operator::PMatch,
];

const EQUALITY: [Operator; 4] = [Operator::Equal, Operator::NotEqual, Operator::In, Operator::Intersects];

const LIST: [Operator; 2] = [Operator::In, Operator::Intersects];

/// The operators besides `exists` that work on values of a type.
pub(crate) fn allowed(shape: Shape) -> &'static [Operator] {
    match shape {
        Shape { is_list: true, .. } => &LIST,
        Shape { field_type: FieldType::String, .. } => &TEXT,
        Shape { field_type: FieldType::Uint64 | FieldType::RelTime | FieldType::AbsTime, .. } => &ORDER,
        Shape { field_type: FieldType::Bool | FieldType::IpAddr | FieldType::IpNet, .. } => &EQUALITY,
    }
}
