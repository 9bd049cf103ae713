//! One map of falco.yaml, read key by key; a mistake names the key with its path and the line.

use super::document::{Content, Mistake, Node};

/// A map of the file and the key it stands under.
#[derive(Debug, Clone)]
pub(super) struct Section<'a> {
    /// In front of each key in messages: `file_output.`, or nothing at the top.
    prefix: String,
    node: &'a Node,
}

impl<'a> Section<'a> {
    /// The top of the file, or one entry of a list: a map, or nothing.
    pub(super) fn new(name: &str, node: &'a Node) -> Result<Self, Mistake> {
        let prefix = if name.is_empty() { String::new() } else { format!("{name}.") };
        match node.content {
            Content::Map(_) | Content::Null => Ok(Self { prefix, node }),
            _ => {
                let what = if name.is_empty() { "the file" } else { name };
                Err(Mistake {
                    line: node.line,
                    problem: format!("{what}: {} was given where a map is expected", node.describe()),
                })
            }
        }
    }

    /// The value of a key; none if it is missing or null.
    pub(super) fn get(&self, key: &str) -> Option<&'a Node> {
        let entry = self.node.entries().iter().find(|(name, _)| name.to_text() == key);
        entry.map(|(_, value)| value).filter(|value| value.content != Content::Null)
    }

    /// A map under a key, empty if it is missing.
    pub(super) fn section(&self, key: &str) -> Result<Self, Mistake> {
        static NOTHING: Node = Node { line: 0, content: Content::Null };
        Self::new(&format!("{}{key}", self.prefix), self.get(key).unwrap_or(&NOTHING))
    }

    /// `true` or `false`.
    pub(super) fn switch(&self, key: &str) -> Result<Option<bool>, Mistake> {
        let Some(node) = self.get(key) else { return Ok(None) };
        match &node.content {
            Content::Switch(value) => Ok(Some(*value)),
            Content::Text(text) if text.eq_ignore_ascii_case("true") => Ok(Some(true)),
            Content::Text(text) if text.eq_ignore_ascii_case("false") => Ok(Some(false)),
            _ => Err(self.wrong_type(key, node, "true or false")),
        }
    }

    /// A text; a number or a switch counts as it is written.
    pub(super) fn text(&self, key: &str) -> Result<Option<String>, Mistake> {
        let Some(node) = self.get(key) else { return Ok(None) };
        match node.content {
            Content::List(_) | Content::Map(_) => Err(self.wrong_type(key, node, "a text")),
            _ => Ok(Some(node.to_text())),
        }
    }

    /// A text that must be there for `enabled: true` to mean anything.
    pub(super) fn needed_text(&self, key: &str) -> Result<String, Mistake> {
        let text = self.text(key)?.filter(|text| !text.is_empty());
        text.ok_or_else(|| Mistake {
            line: self.node.line,
            problem: format!("{}{key}: not set; set it, or say `enabled: false`", self.prefix),
        })
    }

    /// A text read into a type of its own.
    pub(super) fn parsed<T>(&self, key: &str, parse: impl Fn(&str) -> Result<T, String>) -> Result<Option<T>, Mistake> {
        let Some(text) = self.text(key)? else { return Ok(None) };
        let line = self.get(key).map_or(self.node.line, |node| node.line);
        parse(&text).map(Some).map_err(|problem| Mistake { line, problem: format!("{}{key}: {problem}", self.prefix) })
    }

    fn wrong_type(&self, key: &str, node: &Node, expected: &str) -> Mistake {
        let found = node.describe();
        Mistake {
            line: node.line,
            problem: format!("{}{key}: {found} was given where {expected} is expected", self.prefix),
        }
    }
}
