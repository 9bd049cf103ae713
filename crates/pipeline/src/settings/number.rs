//! Sizes in bytes within a range.

use serde_json::Value;

use super::error::Problem;

/// What a size may be, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SizeRange {
    /// When it is not given.
    pub default: usize,
    /// The least.
    pub least: usize,
    /// The most.
    pub most: usize,
}

/// Reads a number of bytes, also from a string of digits.
pub(super) fn size(value: &Value, range: SizeRange) -> Result<usize, Problem> {
    let number = match value {
        Value::Number(number) => number.as_u64(),
        Value::String(digits) => digits.parse().ok(),
        _ => return Err(Problem::WrongType),
    };
    let within = number.and_then(|number| usize::try_from(number).ok());
    within.filter(|size| (range.least..=range.most).contains(size)).ok_or_else(|| {
        Problem::Because(format!("must be a whole number of bytes from {} to {}", range.least, range.most))
    })
}
