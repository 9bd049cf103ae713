//! Event types as the tables write them: names in which `*` stands for any text.
use regex::Regex;

/// Some event types.
#[derive(Debug)]
pub(crate) struct Patterns(Vec<Pattern>);

#[derive(Debug)]
struct Pattern {
    written: String,
    regex: Regex,
}

impl Patterns {
    /// From names and patterns with spaces between.
    pub(crate) fn new(text: &str) -> Self {
        let pattern = |word: &str| Pattern {
            written: word.to_owned(),
            regex: Regex::new(&format!("^{}$", regex::escape(word).replace(r"\*", ".*"))).unwrap(),
        };
        Self(text.split_whitespace().map(pattern).collect())
    }

    pub(crate) fn contain(&self, name: &str) -> bool {
        self.0.iter().any(|pattern| pattern.regex.is_match(name))
    }

    /// Each name or pattern as it is written, with those of `names` that it means.
    pub(crate) fn each<'a>(&'a self, names: &'a [&str]) -> impl Iterator<Item = (&'a str, Vec<&'a str>)> {
        self.0.iter().map(|Pattern { written, regex }| {
            (written.as_str(), names.iter().copied().filter(|name| regex.is_match(name)).collect())
        })
    }
}

#[test]
fn a_star_stands_for_any_text() {
    let patterns = Patterns::new("ci_*_created webhook_created");
    assert!(patterns.contain("ci_variable_created") && patterns.contain("webhook_created"));
    assert!(!patterns.contain("ci_variable_updated") && !patterns.contain("webhook_created_twice"));
}
