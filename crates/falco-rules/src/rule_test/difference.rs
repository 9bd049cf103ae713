//! How the alerts that came differ from those expected.

use serde_json::{Map, Value};

use super::case::ExpectedAlert;
use crate::{Alert, Priority};

/// An alert as far as tests look at it.
pub(super) struct Raised {
    pub(super) rule: String,
    priority: Priority,
    output: String,
    output_fields: Map<String, Value>,
}

impl Raised {
    pub(super) fn new(alert: &Alert<'_>) -> Self {
        Self {
            rule: alert.rule().name().to_owned(),
            priority: alert.rule().priority(),
            output: alert.message().to_owned(),
            output_fields: alert.output_fields().clone(),
        }
    }

    fn is(&self, expected: &ExpectedAlert) -> bool {
        self.rule == expected.rule
            && expected.priority.is_none_or(|priority| priority == self.priority)
            && expected.output.as_ref().is_none_or(|output| *output == self.output)
            && expected.output_fields.iter().all(|(field, value)| self.output_fields.get(field) == Some(value))
    }

    /// The alert in one line, with what the test looks at in alerts of this rule.
    fn line(&self, expected: &[ExpectedAlert]) -> String {
        let Some(expected) = expected.iter().find(|expected| expected.rule == self.rule) else {
            return self.rule.clone();
        };
        let mut words = vec![self.rule.clone()];
        words.extend(expected.priority.map(|_| format!("priority={}", self.priority)));
        words.extend(expected.output.as_ref().map(|_| format!("output={:?}", self.output)));
        let value = |field: &str| self.output_fields.get(field).unwrap_or(&Value::Null);
        words.extend(expected.output_fields.keys().map(|field| format!("{field}={}", value(field))));
        words.join(" ")
    }
}

fn expected_line(alert: &ExpectedAlert) -> String {
    let mut words = vec![alert.rule.clone()];
    words.extend(alert.priority.map(|priority| format!("priority={priority}")));
    words.extend(alert.output.as_ref().map(|output| format!("output={output:?}")));
    words.extend(alert.output_fields.iter().map(|(field, value)| format!("{field}={value}")));
    words.join(" ")
}

/// How the alerts differ from those expected: one line each, `-` before what did not come, `+` before what should not have.
/// Nothing if they do not differ.
pub(super) fn difference(expected: &[ExpectedAlert], raised: &[Raised]) -> Option<String> {
    /// Of more alerts the lines are not paired: the table for that grows with the square.
    const MOST_PAIRED: usize = 2000;
    let is_same =
        expected.len() == raised.len() && expected.iter().zip(raised).all(|(expected, raised)| raised.is(expected));
    if is_same {
        return None;
    }
    let mut lines = Vec::new();
    let (mut left, mut right) = (0, 0);
    if expected.len().max(raised.len()) <= MOST_PAIRED {
        let agreeing = longest_agreement(expected, raised);
        while left < expected.len() && right < raised.len() {
            if raised[right].is(&expected[left]) {
                lines.push(format!("  {}", expected_line(&expected[left])));
                (left, right) = (left + 1, right + 1);
            } else if agreeing[left + 1][right] >= agreeing[left][right + 1] {
                lines.push(format!("- {}", expected_line(&expected[left])));
                left += 1;
            } else {
                lines.push(format!("+ {}", raised[right].line(expected)));
                right += 1;
            }
        }
    }
    lines.extend(expected[left..].iter().map(|expected| format!("- {}", expected_line(expected))));
    lines.extend(raised[right..].iter().map(|raised| format!("+ {}", raised.line(expected))));
    Some(lines.join("\n"))
}

/// For each pair of positions, how many alerts agree from there on at most.
fn longest_agreement(expected: &[ExpectedAlert], raised: &[Raised]) -> Vec<Vec<u32>> {
    let mut table = vec![vec![0; raised.len() + 1]; expected.len() + 1];
    for left in (0..expected.len()).rev() {
        for right in (0..raised.len()).rev() {
            table[left][right] = if raised[right].is(&expected[left]) {
                table[left + 1][right + 1] + 1
            } else {
                table[left + 1][right].max(table[left][right + 1])
            };
        }
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expected(rule: &str, priority: Option<Priority>) -> ExpectedAlert {
        ExpectedAlert { rule: rule.to_owned(), priority, output: None, output_fields: Map::new() }
    }

    fn raised(rule: &str) -> Raised {
        let rule = rule.to_owned();
        Raised { rule, priority: Priority::Warning, output: "o".to_owned(), output_fields: Map::new() }
    }

    #[test]
    fn equal_alerts_do_not_differ() {
        assert_eq!(difference(&[expected("A", None)], &[raised("A")]), None);
        assert_eq!(difference(&[], &[]), None);
    }

    #[test]
    fn what_is_missing_and_what_is_too_much_is_shown_in_its_place() {
        let wanted = [expected("A", None), expected("B", Some(Priority::Critical)), expected("C", None)];
        let came = [raised("X"), raised("A"), raised("B"), raised("C")];
        let diff = difference(&wanted, &came).unwrap();
        assert_eq!(diff, "+ X\n  A\n- B priority=Critical\n+ B priority=Warning\n  C");
    }
}
