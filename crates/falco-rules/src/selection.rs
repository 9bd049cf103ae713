//! Which rules run: falco.yaml's `rules:` section, entries that enable or disable by rule name or by tag, applied in order.

/// One entry of falco.yaml's `rules:` section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    /// Enable or disable.
    pub action: SelectionAction,
    /// Which rules.
    pub target: SelectionTarget,
}

/// What an entry does to the rules it names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SelectionAction {
    /// The rules run, even where the rules file says `enabled: false`.
    Enable,
    /// The rules do not run.
    Disable,
}

/// Which rules an entry means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SelectionTarget {
    /// Rules by name; `*` stands for any run of characters, case matters.
    Rule(String),
    /// Rules that have this tag, in full; no wildcard.
    Tag(String),
}

impl Selection {
    /// Enables or disables the rules whose name fits the pattern.
    pub fn rule(action: SelectionAction, pattern: impl Into<String>) -> Self {
        Self { action, target: SelectionTarget::Rule(pattern.into()) }
    }

    /// Enables or disables the rules that have the tag.
    pub fn tag(action: SelectionAction, tag: impl Into<String>) -> Self {
        Self { action, target: SelectionTarget::Tag(tag.into()) }
    }

    fn concerns(&self, rule: &Selectable<'_>) -> bool {
        match &self.target {
            SelectionTarget::Rule(pattern) => matches_wildcard(pattern, rule.name),
            SelectionTarget::Tag(tag) => rule.tags.iter().any(|own| own == tag),
        }
    }
}

/// What of a rule decides whether it runs.
pub(crate) struct Selectable<'a> {
    pub(crate) name: &'a str,
    pub(crate) tags: &'a [String],
    pub(crate) enabled: bool,
}

/// The indexes of the rules that run, in the order they are tried.
///
/// The order is Falco's: a rule that is enabled while it was not goes to the end, which shows with `rule_matching: first`.
pub(crate) fn select(rules: &[Selectable<'_>], selections: &[Selection]) -> Vec<usize> {
    let mut running: Vec<usize> = (0..rules.len()).filter(|&index| rules[index].enabled).collect();
    for selection in selections {
        match selection.action {
            SelectionAction::Disable => running.retain(|&index| !selection.concerns(&rules[index])),
            SelectionAction::Enable => {
                let mut is_running = vec![false; rules.len()];
                for &index in &running {
                    is_running[index] = true;
                }
                running
                    .extend((0..rules.len()).filter(|&index| !is_running[index] && selection.concerns(&rules[index])));
            }
        }
    }
    running
}

/// Does the whole text fit the pattern, in which `*` stands for any run of characters?
fn matches_wildcard(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let Some(last) = parts.next_back() else { return rest.is_empty() };
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_stand_for_any_run() {
        for (pattern, text) in [
            ("*", ""),
            ("*", "a"),
            ("a*", "abc"),
            ("*c", "abc"),
            ("a*c", "abc"),
            ("a**c", "ac"),
            ("*b*", "abc"),
            ("abc", "abc"),
        ] {
            assert!(matches_wildcard(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [("", "a"), ("a", "ab"), ("A*", "abc"), ("a?c", "abc"), ("ab*bc", "abc"), ("*b", "abc")]
        {
            assert!(!matches_wildcard(pattern, text), "{pattern} {text}");
        }
    }

    #[test]
    fn a_rule_enabled_again_is_tried_last() {
        let tags = [];
        let rules: Vec<_> =
            ["a", "b"].into_iter().map(|name| Selectable { name, tags: &tags, enabled: true }).collect();
        let selections =
            [Selection::rule(SelectionAction::Disable, "a"), Selection::rule(SelectionAction::Enable, "a")];
        assert_eq!(select(&rules, &selections), [1, 0]);
    }
}
