//! What a rules file defines, read and checked for shape, not yet for meaning.

use std::collections::BTreeSet;

use super::text::Text;
use crate::Priority;
use crate::diagnostic::Trail;

/// A named list of texts.
#[derive(Debug, Clone)]
pub(crate) struct ListItem {
    pub(crate) name: String,
    pub(crate) items: Vec<String>,
    pub(crate) trail: Trail,
}

/// A named condition.
#[derive(Debug, Clone)]
pub(crate) struct MacroItem {
    pub(crate) name: String,
    pub(crate) condition: Text,
    pub(crate) trail: Trail,
}

/// A rule.
#[derive(Debug, Clone)]
pub(crate) struct RuleItem {
    pub(crate) name: String,
    pub(crate) source: String,
    pub(crate) condition: Text,
    pub(crate) output: Text,
    pub(crate) description: String,
    pub(crate) priority: Priority,
    pub(crate) tags: BTreeSet<String>,
    pub(crate) exceptions: Vec<ExceptionItem>,
    pub(crate) enabled: bool,
    pub(crate) warn_evttypes: bool,
    pub(crate) skip_if_unknown_filter: bool,
    pub(crate) trail: Trail,
}

/// Changes to a rule defined before.
#[derive(Debug, Clone)]
pub(crate) struct RuleUpdate {
    pub(crate) name: String,
    pub(crate) source: Option<String>,
    pub(crate) condition: Option<Text>,
    pub(crate) output: Option<Text>,
    pub(crate) description: Option<String>,
    pub(crate) priority: Option<Priority>,
    pub(crate) tags: Option<BTreeSet<String>>,
    pub(crate) exceptions: Option<Vec<ExceptionItem>>,
    pub(crate) enabled: Option<bool>,
    pub(crate) warn_evttypes: Option<bool>,
    pub(crate) skip_if_unknown_filter: Option<bool>,
    /// Something we accept and do not use: captures are of system calls.
    pub(crate) capture: bool,
    pub(crate) trail: Trail,
}

impl RuleUpdate {
    pub(crate) fn new(name: &str, source: Option<String>, trail: &Trail) -> Self {
        Self {
            name: name.to_owned(),
            source,
            condition: None,
            output: None,
            description: None,
            priority: None,
            tags: None,
            exceptions: None,
            enabled: None,
            warn_evttypes: None,
            skip_if_unknown_filter: None,
            capture: false,
            trail: trail.clone(),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.condition.is_none()
            && self.output.is_none()
            && self.description.is_none()
            && self.priority.is_none()
            && self.tags.is_none()
            && self.exceptions.is_none()
            && self.enabled.is_none()
            && self.warn_evttypes.is_none()
            && self.skip_if_unknown_filter.is_none()
            && !self.capture
    }
}

/// An exception of a rule: fields, the operators to compare them with, and the values that keep the rule silent.
#[derive(Debug, Clone)]
pub(crate) struct ExceptionItem {
    pub(crate) name: String,
    pub(crate) fields: Entry,
    pub(crate) comps: Entry,
    pub(crate) values: Vec<Entry>,
    pub(crate) trail: Trail,
}

/// One value or a list of them: the shapes that `fields`, `comps` and `values` may have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Entry {
    One(String),
    Many(Vec<Self>),
}

impl Entry {
    /// The shape of a key that is not there.
    pub(crate) const fn missing() -> Self {
        Self::One(String::new())
    }

    pub(crate) fn is_missing(&self) -> bool {
        match self {
            Self::One(text) => text.is_empty(),
            Self::Many(entries) => entries.is_empty(),
        }
    }

    /// The text of a single value; nothing for a list, which is what Falco takes where it expects a single value.
    pub(crate) fn text(&self) -> &str {
        if let Self::One(text) = self { text } else { "" }
    }

    /// The elements of a list; none for a single value.
    pub(crate) fn elements(&self) -> &[Self] {
        if let Self::Many(entries) = self { entries } else { &[] }
    }
}
