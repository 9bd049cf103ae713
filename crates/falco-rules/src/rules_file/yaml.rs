//! Text to YAML values, with a bound on everything a hostile file could make large.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Span, StrInput, Tag};

use super::forgiving::{MOST_REPAIRS, next_document, repaired, tabs_behind_keys_as_blanks};
use super::node::{Node, NodeValue, Scalar};
use crate::source_text::LineIndex;

/// The largest rules file read, in bytes. Falco's own rules are about 60 KiB.
pub const MAX_FILE_SIZE: usize = 8 << 20;

/// How deep sequences and mappings may nest; the deepest thing a rules file needs is 7.
const MAX_DEPTH: usize = 64;

/// How many values a file may hold once every alias is replaced by what it stands for.
const MAX_NODES: usize = 1_000_000;

/// How many bytes of text aliases may add.
const MAX_ALIAS_TEXT: usize = MAX_FILE_SIZE;

/// The file is not YAML, or larger than we read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct YamlError {
    pub(crate) message: String,
    pub(crate) span: Range<usize>,
}

/// The documents of a file, in order.
pub(crate) fn documents(text: &str, lines: &LineIndex<'_>) -> Result<Vec<Node>, YamlError> {
    if text.len() > MAX_FILE_SIZE {
        let message = format!("the file has {} bytes, more than the {MAX_FILE_SIZE} allowed", text.len());
        return Err(YamlError { message, span: 0..0 });
    }
    let whole = Part { original: text, lines, first: 0 };
    read(text, whole).or_else(|error| forgiving(text, lines).ok_or(error))
}

/// The documents where Falco's library reads more than YAML.
fn forgiving(text: &str, lines: &LineIndex<'_>) -> Option<Vec<Node>> {
    let mut documents = Vec::new();
    let mut from = 0;
    for _ in 0..MOST_REPAIRS {
        let part = Part { original: text, lines, first: lines.character(from) };
        let rest = &text[from..];
        if let Some(read) = read_repaired(rest, part) {
            documents.extend(read);
            return Some(documents);
        }
        let end = next_document(rest)?;
        documents.extend(read_repaired(&rest[..end], part)?);
        from += end;
    }
    None
}

/// The documents of a part, some faults mended.
fn read_repaired(text: &str, part: Part<'_>) -> Option<Vec<Node>> {
    let mut text = tabs_behind_keys_as_blanks(text).unwrap_or_else(|| text.to_owned());
    for _ in 0..MOST_REPAIRS {
        let error = match read(&text, part) {
            Ok(documents) => return Some(documents),
            Err(error) => error,
        };
        let start = part.lines.byte(part.first);
        let span = error.span.start.checked_sub(start)?..error.span.end.checked_sub(start)?;
        text = repaired(&text, &YamlError { span, ..error })?;
    }
    None
}

/// The part of a file that is read.
#[derive(Clone, Copy)]
struct Part<'a> {
    /// The whole file.
    original: &'a str,
    lines: &'a LineIndex<'a>,
    /// The character at which the part begins.
    first: usize,
}

fn read(text: &str, part: Part<'_>) -> Result<Vec<Node>, YamlError> {
    let mut builder =
        Builder { part, open: Vec::new(), anchors: HashMap::new(), documents: Vec::new(), nodes: 0, alias_text: 0 };
    builder.run(&mut Parser::new_from_str(text))?;
    Ok(builder.documents)
}

/// A sequence or mapping whose end has not come yet.
struct Open {
    anchor: usize,
    span: Span,
    children: Children,
}

enum Children {
    Sequence(Vec<Node>),
    Mapping { entries: Vec<(Node, Node)>, key: Option<Node> },
}

/// What an anchor stands for, and what an alias to it costs.
#[derive(Clone)]
struct Anchored {
    node: Node,
    size: Size,
}

/// How large a value is.
#[derive(Clone, Copy)]
struct Size {
    /// Values, itself included.
    nodes: usize,
    /// Bytes of text.
    text: usize,
    /// Levels of sequences and mappings.
    depth: usize,
}

struct Builder<'a> {
    part: Part<'a>,
    open: Vec<Open>,
    anchors: HashMap<usize, Anchored>,
    documents: Vec<Node>,
    nodes: usize,
    alias_text: usize,
}

impl Builder<'_> {
    fn run(&mut self, parser: &mut Parser<'_, StrInput<'_>>) -> Result<(), YamlError> {
        while let Some(event) = parser.next_event() {
            let (event, span) = event.map_err(|error| YamlError {
                message: error.info().to_owned(),
                span: self.bytes(*error.marker(), *error.marker()),
            })?;
            self.event(event, span)?;
        }
        Ok(())
    }

    fn event(&mut self, event: Event<'_>, span: Span) -> Result<(), YamlError> {
        match event {
            // Anchors do not reach into the next document.
            Event::DocumentStart(_) => self.anchors.clear(),
            Event::Scalar(text, style, anchor, tag) => {
                let value = scalar(&text, style, tag.as_deref());
                let node = Node { value, span: self.bytes(span.start, span.end) };
                self.finish(node, anchor, span)?;
            }
            Event::Alias(anchor) => self.alias(anchor, span)?,
            Event::SequenceStart(anchor, _) => self.start(anchor, span, Children::Sequence(Vec::new()))?,
            Event::MappingStart(anchor, _) => {
                self.start(anchor, span, Children::Mapping { entries: Vec::new(), key: None })?;
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(span)?,
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => {}
        }
        Ok(())
    }

    fn start(&mut self, anchor: usize, span: Span, children: Children) -> Result<(), YamlError> {
        if self.open.len() == MAX_DEPTH {
            return Err(self.error(span, format!("values nest deeper than {MAX_DEPTH} levels")));
        }
        self.open.push(Open { anchor, span, children });
        Ok(())
    }

    fn end(&mut self, span: Span) -> Result<(), YamlError> {
        let Some(open) = self.open.pop() else { return Ok(()) };
        let value = match open.children {
            Children::Sequence(elements) => NodeValue::Sequence(elements),
            Children::Mapping { entries, .. } => NodeValue::Mapping(entries),
        };
        let bytes = self.bytes(open.span.start, span.end);
        self.finish(Node { value, span: bytes }, open.anchor, open.span)
    }

    /// Puts a complete value where it belongs: into what is open, or as a document.
    fn finish(&mut self, node: Node, anchor: usize, span: Span) -> Result<(), YamlError> {
        self.count(1, span)?;
        if anchor > 0 {
            self.anchors.insert(anchor, Anchored { node: node.clone(), size: Size::of(&node) });
        }
        self.place(node);
        Ok(())
    }

    fn alias(&mut self, anchor: usize, span: Span) -> Result<(), YamlError> {
        let Some(anchored) = self.anchors.get(&anchor) else {
            return Err(
                self.error(span, "the anchor this alias refers to is not complete or not in this document".to_owned())
            );
        };
        let Anchored { mut node, size } = anchored.clone();
        if self.open.len() + size.depth > MAX_DEPTH {
            return Err(self.error(span, format!("values nest deeper than {MAX_DEPTH} levels, aliases replaced")));
        }
        self.count(size.nodes, span)?;
        self.alias_text = self.alias_text.saturating_add(size.text);
        if self.alias_text > MAX_ALIAS_TEXT {
            return Err(self.error(span, format!("aliases stand for more than {MAX_ALIAS_TEXT} bytes of text")));
        }
        node.span = self.bytes(span.start, span.end);
        self.place(node);
        Ok(())
    }

    fn count(&mut self, nodes: usize, span: Span) -> Result<(), YamlError> {
        self.nodes = self.nodes.saturating_add(nodes);
        if self.nodes > MAX_NODES {
            return Err(self.error(span, format!("the file holds more than {MAX_NODES} values, aliases replaced")));
        }
        Ok(())
    }

    fn place(&mut self, node: Node) {
        match self.open.last_mut().map(|open| &mut open.children) {
            None => self.documents.push(node),
            Some(Children::Sequence(elements)) => elements.push(node),
            Some(Children::Mapping { entries, key }) => match key.take() {
                None => *key = Some(node),
                Some(key) => entries.push((key, node)),
            },
        }
    }

    fn error(&self, span: Span, message: String) -> YamlError {
        YamlError { message, span: self.bytes(span.start, span.end) }
    }

    fn bytes(&self, start: Marker, end: Marker) -> Range<usize> {
        let Part { original, lines, first } = self.part;
        let start = lines.byte(first + start.index());
        let end = lines.byte(first + end.index()).max(start);
        // A block value ends where the next one begins; the blank lines between belong to neither.
        start..start + original[start..end].trim_end().len()
    }
}

/// Only a plain scalar can be null: `""` and `"null"` are texts.
fn scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> NodeValue {
    if style == ScalarStyle::Plain && tag.is_none() && matches!(text, "" | "~" | "null" | "Null" | "NULL") {
        NodeValue::Null
    } else {
        NodeValue::Scalar(Scalar { text: Arc::from(text), is_plain: style == ScalarStyle::Plain })
    }
}

impl Size {
    fn of(node: &Node) -> Self {
        match &node.value {
            NodeValue::Null => Self { nodes: 1, text: 0, depth: 0 },
            NodeValue::Scalar(scalar) => Self { nodes: 1, text: scalar.text.len(), depth: 0 },
            NodeValue::Sequence(elements) => Self::around(&mut elements.iter()),
            NodeValue::Mapping(entries) => Self::around(&mut entries.iter().flat_map(|(key, value)| [key, value])),
        }
    }

    fn around(members: &mut dyn Iterator<Item = &Node>) -> Self {
        members.map(Self::of).fold(Self { nodes: 1, text: 0, depth: 1 }, |sum, member| Self {
            nodes: sum.nodes.saturating_add(member.nodes),
            text: sum.text.saturating_add(member.text),
            depth: sum.depth.max(member.depth + 1),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Vec<Node>, YamlError> {
        documents(text, &LineIndex::new(text))
    }

    fn message(text: &str) -> String {
        parse(text).unwrap_err().message
    }

    #[test]
    fn values_know_their_bytes() {
        let text = "# ü\r\n- rule: é\r\n  tags: [x, 'y z']\r\n";
        let documents = parse(text).unwrap();
        let rule = &documents[0].sequence().unwrap()[0];
        assert_eq!(&text[rule.get("rule").unwrap().span.clone()], "é");
        let tags = rule.get("tags").unwrap();
        assert_eq!(&text[tags.span.clone()], "[x, 'y z']");
        assert_eq!(&text[tags.sequence().unwrap()[1].span.clone()], "'y z'");
    }

    #[test]
    fn only_plain_scalars_are_null() {
        let documents = parse("[~, null, '', \"null\", ]").unwrap();
        let nulls: Vec<_> = documents[0].sequence().unwrap().iter().map(Node::is_null).collect();
        assert_eq!(nulls, [true, true, false, false]);
    }

    #[test]
    fn of_two_equal_keys_the_first_counts() {
        let documents = parse("{a: 1, a: 2}").unwrap();
        assert_eq!(documents[0].get("a").and_then(Node::scalar), Some("1"));
    }

    #[test]
    fn aliases_are_replaced() {
        let documents = parse("- &x [a]\n- *x\n").unwrap();
        assert_eq!(documents[0].sequence().unwrap()[1].sequence().unwrap()[0].scalar(), Some("a"));
    }

    #[test]
    fn an_alias_inside_its_own_anchor_is_refused() {
        assert!(message("&x [*x]").contains("not complete"));
    }

    #[test]
    fn an_anchor_ends_with_its_document() {
        assert!(parse("- &x a\n---\n- *x\n").is_err());
    }

    #[test]
    fn laughing_aliases_are_refused() {
        use std::fmt::Write as _;
        let mut text = "- &a0 [x,x,x,x,x,x,x,x,x,x]\n".to_owned();
        for level in 1..12 {
            let aliases = vec![format!("*a{}", level - 1); 10].join(",");
            writeln!(text, "- &a{level} [{aliases}]").unwrap();
        }
        assert!(message(&text).contains("more than 1000000 values"));
    }

    #[test]
    fn laughing_texts_are_refused() {
        let text = format!("- &a {}\n- [{}]\n", "x".repeat(100_000), vec!["*a"; 1000].join(","));
        assert!(message(&text).contains("bytes of text"));
    }

    #[test]
    fn aliases_do_not_nest_deeper_than_brackets() {
        let deeper = |level: u32| format!("- &a{level} {}*a{}{}\n", "[".repeat(30), level - 1, "]".repeat(30));
        let text: String = std::iter::once("- &a0 x\n".to_owned()).chain((1..5000).map(deeper)).collect();
        assert!(message(&text).contains("nest deeper"));
    }

    #[test]
    fn deep_nesting_is_refused() {
        assert!(parse(&"[".repeat(100_000)).is_err(), "by the parser's own limit");
        assert!(message(&"- ".repeat(100_000)).contains("nest deeper"));
        assert!(parse(&"{a: ".repeat(100_000)).is_err(), "by the parser's own limit");
    }

    #[test]
    fn a_huge_file_is_refused() {
        assert!(message(&" ".repeat(MAX_FILE_SIZE + 1)).contains("more than"));
    }

    #[test]
    fn a_tab_as_indentation_is_refused() {
        assert!(parse("- rule: A\n\tdesc: x\n").is_err());
    }

    #[test]
    fn what_falcos_library_reads_is_read() {
        let first = |text: &str| parse(text).unwrap_or_else(|error| panic!("{text}: {}", error.message));
        for text in ["- a: [\n    b, c\n]\n", "- a: [b, # d\n  c]\n", "- a: [b,\nc\n]\n"] {
            let a = first(text)[0].sequence().unwrap()[0].get("a").cloned().unwrap();
            let texts: Vec<_> = a.sequence().unwrap().iter().filter_map(Node::scalar).collect();
            assert_eq!(texts, ["b", "c"], "{text}");
            assert_eq!(&text[a.sequence().unwrap()[1].span.clone()], "c");
        }
        for (text, value) in [("- a: \"b\nc\"\n", "b c"), ("- a: 'b\n", "b "), ("- a: \"b\n  c: d\n", "b   c: d ")] {
            assert_eq!(first(text)[0].sequence().unwrap()[0].get("a").and_then(Node::scalar), Some(value), "{text}");
        }
        let text = "- a: ü\nb: c\n";
        let documents = first(text);
        assert_eq!(documents.len(), 2);
        assert_eq!(&text[documents[1].get("b").unwrap().span.clone()], "c");
        assert_eq!(first("- a: [\n  b\n]\nc: d\n").len(), 2);
        assert!(parse("- a: \"b").is_err(), "the text must end with a line end");
        assert!(parse("- a: [b\n").is_err());
    }

    #[test]
    fn a_tab_behind_a_colon_is_a_blank() {
        let documents = parse("- rule:\t\tA\n  desc:\t x\n").unwrap();
        let rule = &documents[0].sequence().unwrap()[0];
        assert_eq!(rule.get("rule").map(|value| (value.scalar(), value.span.clone())), Some((Some("A"), 9..10)));
        assert_eq!(rule.get("desc").and_then(Node::scalar), Some("x"));
    }
}
