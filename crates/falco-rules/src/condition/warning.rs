//! What works in a condition, but hardly as meant.

use crate::condition::ast::{Span, Transformer};
use crate::condition::lookup;
use crate::schema::Schema;

/// Something in a condition that Falco warns of.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind}")]
pub struct ConditionWarning {
    /// What it is.
    pub kind: ConditionWarningKind,
    /// Where it stands.
    pub span: Span,
}

impl ConditionWarning {
    /// The code Falco gives the warning in its load result.
    pub fn code(&self) -> &'static str {
        "LOAD_COMPILE_CONDITION"
    }

    /// Whether Falco itself warns; the other warnings are ours.
    pub fn is_falcos(&self) -> bool {
        !matches!(self.kind, ConditionWarningKind::CrashesFalco { .. })
    }
}

/// What Falco warns of.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConditionWarningKind {
    /// A regular expression that needs to be none.
    #[error(
        "the regular expression '{pattern}' may be replaced by =, contains, startswith or endswith, which are faster"
    )]
    PlainRegex {
        /// The expression.
        pattern: String,
    },
    /// A string that is the name of a field.
    #[error("'{value}' is compared as a string, but is also a field: did you mean val({value})?")]
    FieldAsString {
        /// The string.
        value: String,
    },
    /// A string that looks like a transformer.
    #[error("'{value}' is compared as a string, but looks like a transformer: leave out the quotes?")]
    TransformerAsString {
        /// The string.
        value: String,
    },
    /// Falco crashes on it, as of version 0.45.
    #[error("Falco crashes when {}(…) is compared with val(…)", transformer.name())]
    CrashesFalco {
        /// The transformer on the left-hand side.
        transformer: Transformer,
    },
}

/// What Falco warns of in a literal that is not a regular expression.
pub(crate) fn of_literal(schema: &Schema, value: &str) -> Option<ConditionWarningKind> {
    let plain: String = value.chars().filter(|c| !c.is_ascii_whitespace() && *c != '\x0b').collect();
    if lookup::names_field(schema, &plain) {
        return Some(ConditionWarningKind::FieldAsString { value: value.to_owned() });
    }
    let called = |transformer: Transformer| {
        plain.strip_prefix(transformer.name()).is_some_and(|rest| rest.starts_with('(') && rest.ends_with(')'))
    };
    let transformer = Transformer::ALL.into_iter().any(called);
    transformer.then(|| ConditionWarningKind::TransformerAsString { value: value.to_owned() })
}

/// Whether an expression is plain text but for anchors and a repeated dot at either end.
pub(crate) fn is_plain_regex(pattern: &str) -> bool {
    let bytes = pattern.as_bytes();
    let length = bytes.len();
    let mut place = 0;
    while place < length {
        let anchor = (place == 0 && bytes[place] == b'^') || (place == length - 1 && bytes[place] == b'$');
        let at_an_end = (place == 0 && length > 1) || place + 2 == length;
        if anchor {
            place += 1;
        } else if at_an_end && bytes[place] == b'.' && matches!(bytes[place + 1], b'+' | b'*' | b'?') {
            place += 2;
        } else if b".+*?^$()[]{}|\\".contains(&bytes[place]) {
            return false;
        } else {
            place += 1;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::is_plain_regex;

    #[test]
    fn only_patterns_that_need_no_regular_expression_are_warned_of() {
        for pattern in [".*Beta.*", "al.*", "^alpha$", "alpha", ""] {
            assert!(is_plain_regex(pattern), "{pattern}");
        }
        for pattern in ["al.ha", "[a-z]+", "^Al.*txt$", "."] {
            assert!(!is_plain_regex(pattern), "{pattern}");
        }
    }
}
