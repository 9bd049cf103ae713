//! Event types as the tables write them: names in which `*` stands for any text.
use regex::Regex;

/// Some event types.
#[derive(Debug)]
pub(crate) struct Patterns(Vec<Regex>);

impl Patterns {
    /// From names and patterns with spaces between.
    pub(crate) fn new(text: &str) -> Self {
        let pattern = |word: &str| Regex::new(&format!("^{}$", regex::escape(word).replace(r"\*", ".*"))).unwrap();
        Self(text.split_whitespace().map(pattern).collect())
    }

    pub(crate) fn contain(&self, name: &str) -> bool {
        self.0.iter().any(|pattern| pattern.is_match(name))
    }
}

#[test]
fn a_star_stands_for_any_text() {
    let patterns = Patterns::new("ci_*_created webhook_created");
    assert!(patterns.contain("ci_variable_created") && patterns.contain("webhook_created"));
    assert!(!patterns.contain("ci_variable_updated") && !patterns.contain("webhook_created_twice"));
}
