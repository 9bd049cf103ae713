//! YAML text to values that know their line, with a bound on everything a file could make large.

use std::{collections::HashMap, iter};

use saphyr_parser::{Event, Parser, ScalarStyle, Span, StrInput};
use serde_json::{Number, Value};

use super::environment::expand;

/// The largest falco.yaml read, in bytes. Falco's own, comments and all, has about 60 KiB.
pub(super) const MAX_FILE_SIZE: usize = 1 << 20;

/// How deep lists and maps may nest; the deepest thing Falco knows needs 6.
const MAX_DEPTH: usize = 32;

/// How many values, and bytes of text in them, a file may stand for once aliases are replaced.
const MAX_WEIGHT: usize = 2 << 20;

/// A value and the line it begins on.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Node {
    pub(super) line: usize,
    pub(super) content: Content,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Content {
    Null,
    Switch(bool),
    Number(Number),
    Text(String),
    List(Vec<Node>),
    Map(Vec<(Node, Node)>),
}

/// What is wrong, and on which line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mistake {
    pub(super) line: usize,
    pub(super) problem: String,
}

/// Reads the first document of a file; an empty file is [`Content::Null`].
pub(super) fn parse(text: &str) -> Result<Node, Mistake> {
    let mut reader = Reader { parser: Parser::new_from_str(text), anchors: HashMap::new(), weight: 0 };
    loop {
        match reader.next()? {
            (Event::StreamEnd, span) => return Ok(Node { line: span.start.line(), content: Content::Null }),
            (Event::Nothing | Event::StreamStart | Event::DocumentStart(_), _) => {}
            (event, span) => return reader.node(event, span, 0),
        }
    }
}

struct Reader<'a> {
    parser: Parser<'a, StrInput<'a>>,
    anchors: HashMap<usize, Node>,
    weight: usize,
}

impl<'a> Reader<'a> {
    fn next(&mut self) -> Result<(Event<'a>, Span), Mistake> {
        match self.parser.next_event() {
            Some(Ok(event)) => Ok(event),
            Some(Err(error)) => Err(Mistake {
                line: error.marker().line(),
                problem: format!("this is not valid YAML: {}", error.info()),
            }),
            None => Ok((Event::StreamEnd, Span::default())),
        }
    }

    fn node(&mut self, event: Event<'a>, span: Span, depth: usize) -> Result<Node, Mistake> {
        let line = span.start.line();
        let mistake = |problem: String| Mistake { line, problem };
        if depth > MAX_DEPTH {
            return Err(mistake(format!("lists and maps nest deeper than {MAX_DEPTH}")));
        }
        let (content, anchor) = match event {
            Event::Scalar(text, style, anchor, tag) => {
                let text = expand(&text).map_err(mistake)?;
                // Falco's reader takes a quoted `yes` for a boolean too ("Falco as a host", section Configuration); here it is a text.
                let is_plain = style == ScalarStyle::Plain && tag.is_none();
                (if is_plain { plain_scalar(&text) } else { Content::Text(text) }, anchor)
            }
            Event::SequenceStart(anchor, _) => {
                let mut elements = Vec::new();
                loop {
                    match self.next()? {
                        (Event::SequenceEnd, _) => break,
                        (event, span) => elements.push(self.node(event, span, depth + 1)?),
                    }
                }
                (Content::List(elements), anchor)
            }
            Event::MappingStart(anchor, _) => (Content::Map(self.entries(depth)?), anchor),
            Event::Alias(anchor) => {
                let anchored = self.anchors.get(&anchor).cloned();
                let node =
                    anchored.ok_or_else(|| mistake("an alias stands before its anchor is complete".to_owned()))?;
                self.weigh(weight(&node), line)?;
                return Ok(Node { line, ..node });
            }
            _ => return Err(mistake("a value is missing here".to_owned())),
        };
        let node = Node { line, content };
        // What is inside a list or map was weighed when it was read.
        self.weigh(own_weight(&node), line)?;
        if anchor > 0 {
            self.anchors.insert(anchor, node.clone());
        }
        Ok(node)
    }

    fn entries(&mut self, depth: usize) -> Result<Vec<(Node, Node)>, Mistake> {
        let mut entries: Vec<(Node, Node)> = Vec::new();
        loop {
            let key = match self.next()? {
                (Event::MappingEnd, _) => return Ok(entries),
                (event, span) => self.node(event, span, depth + 1)?,
            };
            let (event, span) = self.next()?;
            let value = self.node(event, span, depth + 1)?;
            entries.push((key, value));
        }
    }

    fn weigh(&mut self, weight: usize, line: usize) -> Result<(), Mistake> {
        self.weight = self.weight.saturating_add(weight);
        let problem =
            || format!("the file stands for more than {MAX_WEIGHT} values and bytes once aliases are replaced");
        if self.weight > MAX_WEIGHT { Err(Mistake { line, problem: problem() }) } else { Ok(()) }
    }
}

fn own_weight(node: &Node) -> usize {
    1 + if let Content::Text(text) = &node.content { text.len() } else { 0 }
}

fn weight(node: &Node) -> usize {
    let inside: usize = match &node.content {
        Content::List(elements) => elements.iter().map(weight).sum(),
        Content::Map(entries) => entries.iter().flat_map(|(key, value)| [key, value]).map(weight).sum(),
        _ => 0,
    };
    own_weight(node) + inside
}

/// Types a scalar without quotes as YAML 1.2 does, and takes `yes`, `no`, `on` and `off` for booleans as Falco's reader does.
fn plain_scalar(text: &str) -> Content {
    // A number that would not be written the same again may be a token or a name: its spelling is kept.
    let as_number = || text.parse::<Number>().ok().filter(|number| number.to_string() == text).map(Content::Number);
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Content::Null,
        "true" | "True" | "TRUE" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => Content::Switch(true),
        "false" | "False" | "FALSE" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => Content::Switch(false),
        _ => as_number().unwrap_or_else(|| Content::Text(text.to_owned())),
    }
}

impl Node {
    /// The same value as JSON, for what is read by others.
    pub(super) fn to_json(&self) -> Value {
        match &self.content {
            Content::Null => Value::Null,
            Content::Switch(value) => Value::Bool(*value),
            Content::Number(number) => Value::Number(number.clone()),
            Content::Text(text) => Value::String(text.clone()),
            Content::List(elements) => elements.iter().map(Self::to_json).collect(),
            Content::Map(entries) => {
                Value::Object(entries.iter().map(|(key, value)| (key.to_text(), value.to_json())).collect())
            }
        }
    }

    /// A scalar as text, as it would be written; empty for a list or a map.
    pub(super) fn to_text(&self) -> String {
        match &self.content {
            Content::Null | Content::List(_) | Content::Map(_) => String::new(),
            Content::Switch(value) => value.to_string(),
            Content::Number(number) => number.to_string(),
            Content::Text(text) => text.clone(),
        }
    }

    /// Its type in words.
    pub(super) fn describe(&self) -> &'static str {
        match &self.content {
            Content::Null => "nothing",
            Content::Switch(_) => "true or false",
            Content::Number(_) => "a number",
            Content::Text(_) => "a text",
            Content::List(_) => "a list",
            Content::Map(_) => "a map",
        }
    }

    /// The members of a map, none of anything else.
    pub(super) fn entries(&self) -> &[(Self, Self)] {
        if let Content::Map(entries) = &self.content { entries } else { &[] }
    }

    /// The elements of a list; anything else but null counts as a list of one, as Falco takes it.
    pub(super) fn elements(&self) -> impl Iterator<Item = &Self> {
        let (list, single) = match &self.content {
            Content::List(elements) => (elements.as_slice(), None),
            Content::Null => (&[] as &[Self], None),
            _ => (&[] as &[Self], Some(self)),
        };
        list.iter().chain(iter::once(single).flatten())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn problem(text: &str) -> String {
        parse(text).unwrap_err().problem
    }

    #[test]
    fn scalars_have_the_types_they_are_written_with() {
        let text = "{a: yes, b: 'yes', c: 7, d: '007', e: ~, f: x, g: [1.5, off], h: |\n  text\n}";
        let node = parse("a: yes\nb: 'yes'\nc: 7\nd: '007'\ne: ~\nf: x\ng: [1.5, off]\nh: |\n  text\n").unwrap();
        let expected =
            json!({"a": true, "b": "yes", "c": 7, "d": "007", "e": null, "f": "x", "g": [1.5, false], "h": "text\n"});
        assert_eq!(node.to_json(), expected, "{text}");
    }

    #[test]
    fn what_only_looks_like_a_number_keeps_its_spelling() {
        for text in ["0123", "1e5", "123456789012345678901234567890", "1.50", "0x10", "+1", "."] {
            assert_eq!(parse(text).unwrap().to_json(), json!(text));
        }
    }

    #[test]
    fn values_know_their_line() {
        let node = parse("# comment\na:\n  - x\n  - y\n").unwrap();
        let lines: Vec<usize> = node.entries()[0].1.elements().map(|element| element.line).collect();
        assert_eq!(lines, [3, 4]);
    }

    #[test]
    fn an_empty_file_is_null() {
        for text in ["", "# nothing\n", "---\n"] {
            assert_eq!(parse(text).unwrap().content, Content::Null, "{text:?}");
        }
    }

    #[test]
    fn aliases_are_replaced_within_bounds() {
        assert_eq!(parse("- &a [1]\n- *a\n").unwrap().to_json(), json!([[1], [1]]));
        let line = |n: usize| format!("- &a{n} [{}]\n", vec![format!("*a{}", n - 1); 10].join(","));
        let laughs: Vec<String> = (1..12).map(line).collect();
        assert!(problem(&format!("- &a0 [x,x,x,x,x,x,x,x,x,x]\n{}", laughs.concat())).contains("aliases"));
        assert!(problem("&a [*a]").contains("alias"));
    }

    #[test]
    fn deep_nesting_is_refused() {
        assert!(problem(&"- ".repeat(10_000)).contains("nest deeper"));
        assert!(parse(&"[".repeat(100_000)).is_err());
    }

    #[test]
    fn broken_yaml_names_its_line() {
        assert_eq!(parse("a: 1\nb: [1\nc: 2\n").unwrap_err().line, 3);
    }
}
