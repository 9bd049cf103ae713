//! Whole numbers within a range: sizes in bytes, and counts.

use serde_json::Value;

use super::error::Problem;

/// What a number may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NumberRange {
    /// When it is not given.
    pub default: usize,
    /// The least.
    pub least: usize,
    /// The most.
    pub most: usize,
}

/// Reads a number of bytes, also from a string of digits.
pub(super) fn size(value: &Value, range: NumberRange) -> Result<usize, Problem> {
    number(value, range, "a whole number of bytes")
}

/// Reads a number of things, also from a string of digits.
pub(super) fn count(value: &Value, range: NumberRange) -> Result<usize, Problem> {
    number(value, range, "a whole number")
}

fn number(value: &Value, range: NumberRange, what: &str) -> Result<usize, Problem> {
    let number = match value {
        Value::Number(number) => number.as_u64(),
        Value::String(digits) => digits.parse().ok(),
        _ => return Err(Problem::WrongType),
    };
    let within = number.and_then(|number| usize::try_from(number).ok());
    within
        .filter(|number| (range.least..=range.most).contains(number))
        .ok_or_else(|| Problem::Because(format!("must be {what} from {} to {}", range.least, range.most)))
}
