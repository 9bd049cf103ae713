//! Comparisons of text.

use memchr::memmem;
use regex::bytes::Regex;

use crate::condition::ast::Operator;
use crate::condition::glob::Glob;
use crate::condition::memory::{CaseRule, c_string, without_terminator};
use crate::condition::paths::Paths;

/// A comparison with text that the rule gives, prepared.
#[derive(Clone, Debug)]
pub(crate) enum TextTest {
    Equal(Box<[u8]>),
    NotEqual(Box<[u8]>),
    Ordered(Operator, Box<[u8]>),
    Contains(Box<memmem::Finder<'static>>),
    /// The needle in lower case.
    IContains(Box<[u8]>),
    StartsWith(Box<[u8]>),
    EndsWith(Box<[u8]>),
    Glob(Box<Glob>),
    Regex(Box<Regex>),
    PMatch(Box<Paths>),
}

impl TextTest {
    pub(crate) fn matches(&self, text: &[u8]) -> bool {
        match self {
            Self::Equal(wanted) => c_string(text) == &**wanted,
            Self::NotEqual(wanted) => c_string(text) != &**wanted,
            Self::Ordered(operator, wanted) => ordered(*operator, c_string(text), wanted),
            Self::Contains(finder) => finder.find(c_string(text)).is_some(),
            Self::IContains(needle) => contains_ignoring_case(c_string(text), needle),
            Self::StartsWith(prefix) => text.starts_with(prefix),
            Self::EndsWith(suffix) => c_string(text).ends_with(suffix),
            Self::Glob(pattern) => pattern.matches(c_string(text)),
            Self::Regex(pattern) => {
                let text = without_terminator(text);
                match std::str::from_utf8(text) {
                    Ok(_) => pattern.is_match(text),
                    // Falco repairs what is no UTF-8 before it matches.
                    Err(_) => pattern.is_match(String::from_utf8_lossy(text).as_bytes()),
                }
            }
            Self::PMatch(paths) => paths.match_path(without_terminator(text)),
        }
    }
}

/// Whether a relation holds between two texts of the event.
pub(crate) fn related(operator: Operator, left: &[u8], right: &[u8]) -> bool {
    let (text, other) = (c_string(left), c_string(right));
    match operator {
        Operator::Equal => text == other,
        Operator::NotEqual => text != other,
        Operator::Contains => memmem::find(text, other).is_some(),
        Operator::IContains => contains_ignoring_case(text, &other.to_ascii_lowercase()),
        Operator::StartsWith => text.starts_with(other),
        Operator::EndsWith => text.ends_with(other),
        Operator::Glob => Glob::new(other, CaseRule::Exact).matches(text),
        Operator::IGlob => Glob::new(other, CaseRule::IgnoreAscii).matches(text),
        // The zero byte that ends a transformer's result stays on the right and goes on the left, so these differ.
        Operator::In | Operator::Intersects => without_terminator(left) == right,
        _ => ordered(operator, text, other),
    }
}

/// Whether an order holds between two values.
pub(crate) fn ordered<T: Ord + ?Sized>(operator: Operator, left: &T, right: &T) -> bool {
    match operator {
        Operator::Equal | Operator::In | Operator::Intersects => left == right,
        Operator::NotEqual => left != right,
        Operator::Less => left < right,
        Operator::LessOrEqual => left <= right,
        Operator::Greater => left > right,
        Operator::GreaterOrEqual => left >= right,
        _ => false,
    }
}

/// Whether a text has a needle, given in lower case, without regard to the case of ASCII letters.
fn contains_ignoring_case(text: &[u8], needle: &[u8]) -> bool {
    let Some((&first, rest)) = needle.split_first() else { return true };
    let fits = |place: usize| {
        text.get(place + 1..place + needle.len()).is_some_and(|following| following.eq_ignore_ascii_case(rest))
    };
    memchr::memchr2_iter(first, first.to_ascii_uppercase(), text).any(fits)
}
