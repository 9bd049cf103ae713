//! The report as `JUnit` XML: a test suite for each file, a test case for each case.

use std::fmt::Write as _;

use super::outcome::{CaseOutcome, RuleTestReport};

pub(super) fn write(report: &RuleTestReport) -> String {
    let mut xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n".to_owned();
    for cases in report.cases.chunk_by(|left, right| left.file == right.file) {
        let Some(first) = cases.first() else { continue };
        let failures = cases.iter().filter(|case| case.failure.is_some()).count();
        let file = escaped(&first.file);
        let _ = writeln!(xml, "  <testsuite name=\"{file}\" tests=\"{}\" failures=\"{failures}\">", cases.len());
        for case in cases {
            write_case(&mut xml, case);
        }
        xml.push_str("  </testsuite>\n");
    }
    xml.push_str("</testsuites>\n");
    xml
}

fn write_case(xml: &mut String, case: &CaseOutcome) {
    let (name, file) = (escaped(&case.name), escaped(&case.file));
    let _ = write!(xml, "    <testcase name=\"{name}\" classname=\"{file}\" file=\"{file}\" line=\"{}\"", case.line);
    match &case.failure {
        None => xml.push_str("/>\n"),
        Some(failure) => {
            let text = escaped(&failure.to_string());
            let first_line = text.lines().next().unwrap_or_default();
            let _ = writeln!(xml, ">\n      <failure message=\"{first_line}\">{text}</failure>\n    </testcase>");
        }
    }
}

/// The text as XML has it. Control characters that XML forbids become a question mark.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' | '\t' => escaped.push(c),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => escaped.push('?'),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::super::outcome::Failure;
    use super::*;

    #[test]
    fn failures_are_escaped() {
        let case = |failure| CaseOutcome { file: "a&b.yaml".to_owned(), line: 3, name: "<x>".to_owned(), failure };
        let failure = Some(Failure::Alerts("- \"A\"\u{1}\n+ B\n".to_owned()));
        let report = RuleTestReport { cases: vec![case(None), case(failure)], ..RuleTestReport::default() };
        let xml = write(&report);
        assert!(xml.contains("<testsuite name=\"a&amp;b.yaml\" tests=\"2\" failures=\"1\">"), "{xml}");
        assert!(xml.contains("name=\"&lt;x&gt;\""), "{xml}");
        assert!(xml.contains("- &quot;A&quot;?\n+ B\n</failure>"), "{xml}");
    }
}
