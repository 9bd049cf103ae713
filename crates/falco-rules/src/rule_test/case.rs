//! A file of rule tests: its cases, each with its events and the alerts they must raise.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::yaml_to_json::to_json;
use crate::Priority;
use crate::rules_file::{Node, documents};
use crate::source_text::{LineColumn, LineIndex, RulesFile};

/// A file of rule tests.
#[derive(Debug, Clone, PartialEq)]
pub struct RuleTestFile {
    /// The name in reports, usually the path.
    pub name: String,
    /// The cases, in file order.
    pub cases: Vec<TestCase>,
}

/// Events, and what they must raise.
#[derive(Debug, Clone, PartialEq)]
pub struct TestCase {
    /// What the case shows.
    pub name: String,
    /// The line of the file it begins at.
    pub line: usize,
    /// The events, in order.
    pub events: Vec<TestEvent>,
    /// All alerts the events raise, in order.
    pub alerts: Vec<ExpectedAlert>,
    /// Rules the case shows to stay silent.
    pub silent: Vec<String>,
}

/// One event of a case, or a file of events.
#[derive(Debug, Clone, PartialEq)]
pub struct TestEvent {
    /// Where its JSON is.
    pub source: TestEventSource,
    /// When it happens, as text for the host to read; the event's own time if missing.
    pub at: Option<String>,
}

/// Where the JSON of an event is.
#[derive(Debug, Clone, PartialEq)]
pub enum TestEventSource {
    /// In the test itself.
    Inline(Value),
    /// In a file beside the test, which may hold several events.
    File(PathBuf),
}

/// An alert that must come.
#[derive(Debug, Clone, PartialEq)]
pub struct ExpectedAlert {
    /// The rule that raises it.
    pub rule: String,
    /// Its priority, if the test says one.
    pub priority: Option<Priority>,
    /// Its output without time and priority, if the test says it.
    pub output: Option<String>,
    /// Output fields it must have with these values; others are not looked at.
    pub output_fields: serde_json::Map<String, Value>,
}

/// The file is no file of rule tests.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{}:{}: {message}", position.line, position.column)]
pub struct RuleTestError {
    /// The file.
    pub file: String,
    /// Where in it.
    pub position: LineColumn,
    /// What is wrong and what was expected.
    pub message: String,
}

impl RuleTestFile {
    /// Reads a file of rule tests. Paths of event files are relative to `folder`.
    pub fn parse(file: &RulesFile, folder: &Path) -> Result<Self, RuleTestError> {
        let lines = LineIndex::new(&file.content);
        let reader = Reader { file, lines: &lines, folder };
        let documents =
            documents(&file.content, &lines).map_err(|error| reader.error_at(error.span.start, error.message))?;
        let mut cases = Vec::new();
        for document in documents.iter().filter(|document| !document.is_null()) {
            for case in reader.sequence(document, "a list of cases, each beginning with `- test: …`")? {
                cases.push(reader.case(case)?);
            }
        }
        Ok(Self { name: file.name.clone(), cases })
    }
}

struct Reader<'a> {
    file: &'a RulesFile,
    lines: &'a LineIndex<'a>,
    folder: &'a Path,
}

impl Reader<'_> {
    fn error_at(&self, byte: usize, message: impl Into<String>) -> RuleTestError {
        RuleTestError { file: self.file.name.clone(), position: self.lines.position(byte), message: message.into() }
    }

    fn error(&self, node: &Node, message: impl Into<String>) -> RuleTestError {
        self.error_at(node.span.start, message)
    }

    fn sequence<'n>(&self, node: &'n Node, expected: &str) -> Result<&'n [Node], RuleTestError> {
        node.sequence().ok_or_else(|| self.error(node, format!("expected {expected}")))
    }

    fn text(&self, node: &Node) -> Result<String, RuleTestError> {
        node.scalar().map(str::to_owned).ok_or_else(|| self.error(node, "expected a text"))
    }

    /// A mapping with none but these keys.
    fn check_keys(&self, node: &Node, known: &[&str]) -> Result<(), RuleTestError> {
        if !node.is_mapping() {
            return Err(self.error(node, format!("expected a mapping with the keys {}", known.join(", "))));
        }
        for (key, _) in node.entries() {
            let name = key.as_text().unwrap_or_default();
            if !known.contains(&name) {
                let hint = crate::nearest::nearest(name, known.iter().copied()).map_or_else(
                    || format!("expected one of {}", known.join(", ")),
                    |near| format!("did you mean `{near}`?"),
                );
                return Err(self.error(key, format!("unknown key `{name}`; {hint}")));
            }
        }
        Ok(())
    }

    fn case(&self, node: &Node) -> Result<TestCase, RuleTestError> {
        self.check_keys(node, &["test", "events", "alerts", "silent"])?;
        let name = node.get("test").ok_or_else(|| self.error(node, "a case needs a name: `test: …`"))?;
        let events = node.get("events").ok_or_else(|| self.error(node, "a case needs `events`"))?;
        let events = self.sequence(events, "a list of events")?;
        let alerts = self.optional_sequence(node, "alerts")?;
        let silent = self.optional_sequence(node, "silent")?;
        Ok(TestCase {
            name: self.text(name)?,
            line: self.lines.position(node.span.start).line,
            events: events.iter().map(|event| self.event(event)).collect::<Result<_, _>>()?,
            alerts: alerts.iter().map(|alert| self.alert(alert)).collect::<Result<_, _>>()?,
            silent: silent.iter().map(|rule| self.text(rule)).collect::<Result<_, _>>()?,
        })
    }

    fn optional_sequence<'n>(&self, node: &'n Node, key: &str) -> Result<&'n [Node], RuleTestError> {
        match node.get(key).filter(|value| !value.is_null()) {
            Some(value) => self.sequence(value, &format!("a list under `{key}`")),
            None => Ok(&[]),
        }
    }

    fn event(&self, node: &Node) -> Result<TestEvent, RuleTestError> {
        self.check_keys(node, &["event", "file", "at"])?;
        let source = match (node.get("event"), node.get("file")) {
            (Some(event), None) if event.is_mapping() => TestEventSource::Inline(to_json(event)),
            (Some(event), None) => return Err(self.error(event, "expected an event as a mapping")),
            (None, Some(path)) => TestEventSource::File(self.folder.join(self.text(path)?)),
            _ => return Err(self.error(node, "expected either `event` or `file`")),
        };
        let at = node.get("at").map(|at| self.text(at)).transpose()?;
        Ok(TestEvent { source, at })
    }

    fn alert(&self, node: &Node) -> Result<ExpectedAlert, RuleTestError> {
        if let Some(rule) = node.scalar() {
            let rule = rule.to_owned();
            return Ok(ExpectedAlert { rule, priority: None, output: None, output_fields: serde_json::Map::new() });
        }
        self.check_keys(node, &["rule", "priority", "output", "output_fields"])?;
        let rule = node.get("rule").ok_or_else(|| self.error(node, "an alert needs `rule`"))?;
        let priority = node.get("priority").map(|priority| {
            self.text(priority)?.parse().map_err(|error: crate::PriorityError| self.error(priority, error.to_string()))
        });
        let output_fields = match node.get("output_fields").map(to_json) {
            None => serde_json::Map::new(),
            Some(Value::Object(fields)) => fields,
            Some(_) => return Err(self.error(node, "expected `output_fields` as a mapping of fields to values")),
        };
        Ok(ExpectedAlert {
            rule: self.text(rule)?,
            priority: priority.transpose()?,
            output: node.get("output").map(|output| self.text(output)).transpose()?,
            output_fields,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(content: &str) -> Result<RuleTestFile, RuleTestError> {
        RuleTestFile::parse(&RulesFile::new("t.yaml", content), Path::new("folder"))
    }

    #[test]
    fn a_case_has_events_and_alerts() {
        let file = parse(
            "- test: fires\n  events:\n    - event: {n: 1}\n      at: 2024-01-01T00:00:00Z\n    - file: e.json\n  alerts:\n    - A\n    - rule: B\n      priority: info\n      output_fields: {t.n: 1}\n  silent: [C]\n",
        )
        .unwrap();
        let case = &file.cases[0];
        assert_eq!((case.name.as_str(), case.line), ("fires", 1));
        assert_eq!(case.events[0].source, TestEventSource::Inline(serde_json::json!({"n": 1})));
        assert_eq!(case.events[0].at.as_deref(), Some("2024-01-01T00:00:00Z"));
        assert_eq!(case.events[1].source, TestEventSource::File(PathBuf::from("folder/e.json")));
        assert_eq!(case.alerts[0].rule, "A");
        assert_eq!(case.alerts[1].priority, Some(Priority::Informational));
        assert_eq!(case.silent, ["C"]);
    }

    #[test]
    fn an_unknown_key_is_refused_with_the_one_meant() {
        let error = parse("- test: x\n  event: []\n").unwrap_err();
        assert_eq!(error.to_string(), "t.yaml:2:3: unknown key `event`; did you mean `events`?");
    }
}
