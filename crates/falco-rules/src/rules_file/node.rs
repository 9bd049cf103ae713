//! One YAML value with the bytes it came from, read the way Falco's YAML library reads it.

use std::ops::Range;
use std::sync::Arc;

/// A YAML value and where it is in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Node {
    pub(crate) value: NodeValue,
    /// Bytes of the file.
    pub(crate) span: Range<usize>,
}

/// A YAML value. Scalars have no type until somebody asks for one: `enabled: 'false'` is a boolean for Falco.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NodeValue {
    Null,
    Scalar(Scalar),
    Sequence(Vec<Node>),
    /// In file order; of two equal keys the first counts.
    Mapping(Vec<(Node, Node)>),
}

/// A text, and whether it was written without quotes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Scalar {
    pub(crate) text: Arc<str>,
    pub(crate) is_plain: bool,
}

impl Node {
    /// The value of a key, if this is a mapping that has it.
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        self.entries().iter().find(|(name, _)| name.scalar() == Some(key)).map(|(_, value)| value)
    }

    /// The entries of a mapping; none if this is no mapping.
    pub(crate) fn entries(&self) -> &[(Self, Self)] {
        if let NodeValue::Mapping(entries) = &self.value { entries } else { &[] }
    }

    /// The elements, if this is a sequence.
    pub(crate) fn sequence(&self) -> Option<&[Self]> {
        if let NodeValue::Sequence(elements) = &self.value { Some(elements) } else { None }
    }

    /// The text, if this is a scalar other than null.
    pub(crate) fn scalar(&self) -> Option<&str> {
        if let NodeValue::Scalar(scalar) = &self.value { Some(&scalar.text) } else { None }
    }

    /// The text Falco makes of a value where it asks for a string without checking: null becomes `null`.
    pub(crate) fn as_text(&self) -> Option<&str> {
        if self.is_null() { Some("null") } else { self.scalar() }
    }

    pub(crate) fn is_null(&self) -> bool {
        self.value == NodeValue::Null
    }

    pub(crate) fn is_mapping(&self) -> bool {
        matches!(self.value, NodeValue::Mapping(_))
    }
}

/// A type a scalar can be read as.
pub(crate) trait FromScalar: Sized {
    /// What a rule author should write, for the message.
    const EXPECTED: &'static str;

    fn from_scalar(text: &str) -> Option<Self>;
}

impl FromScalar for String {
    const EXPECTED: &'static str = "a text";

    fn from_scalar(text: &str) -> Option<Self> {
        Some(text.to_owned())
    }
}

impl FromScalar for bool {
    const EXPECTED: &'static str = "`true` or `false`";

    /// YAML 1.1's booleans, each in lower case, in upper case or with a capital.
    fn from_scalar(text: &str) -> Option<Self> {
        let is_lower = |text: &str| text.bytes().all(|byte| byte.is_ascii_lowercase());
        let is_upper = |text: &str| text.bytes().all(|byte| byte.is_ascii_uppercase());
        let is_capitalized = text.split_at_checked(1).is_some_and(|(first, rest)| is_upper(first) && is_lower(rest));
        if !(is_lower(text) || is_upper(text) || is_capitalized) {
            return None;
        }
        match text.to_ascii_lowercase().as_str() {
            "y" | "yes" | "true" | "on" => Some(true),
            "n" | "no" | "false" | "off" => Some(false),
            _ => None,
        }
    }
}

impl FromScalar for u32 {
    const EXPECTED: &'static str = "a whole number";

    /// A C++ stream with automatic base: decimal, `0x` hexadecimal, leading `0` octal; blanks around it are skipped.
    fn from_scalar(text: &str) -> Option<Self> {
        let text = text.trim_matches([' ', '\t', '\n', '\r']);
        let text = text.strip_prefix('+').unwrap_or(text);
        if text.starts_with(['+', '-']) {
            return None;
        }
        if let Some(digits) = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
            return Self::from_str_radix(digits, 16).ok();
        }
        let radix = if text.len() > 1 && text.starts_with('0') { 8 } else { 10 };
        Self::from_str_radix(text, radix).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn booleans_are_those_of_yaml_1_1() {
        for text in ["true", "True", "TRUE", "y", "Y", "on", "Yes"] {
            assert_eq!(bool::from_scalar(text), Some(true), "{text}");
        }
        for text in ["false", "n", "No", "OFF"] {
            assert_eq!(bool::from_scalar(text), Some(false), "{text}");
        }
        for text in ["", "tRue", "1", "truE", " true", "yep"] {
            assert_eq!(bool::from_scalar(text), None, "{text}");
        }
    }

    #[test]
    fn numbers_have_the_base_they_are_written_in() {
        for (text, number) in
            [("10", Some(10)), ("0x10", Some(16)), ("010", Some(8)), ("0", Some(0)), ("4294967296", None)]
        {
            assert_eq!(u32::from_scalar(text), number, "{text}");
        }
        for text in ["-1", "+-1", "1.0", "", "0.10.0", "abc", "08"] {
            assert_eq!(u32::from_scalar(text), None, "{text}");
        }
    }
}
