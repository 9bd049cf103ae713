//! A report for people.

use std::fmt::Write as _;
use std::ops::Range;

use super::LoadReport;
use crate::diagnostic::{Diagnostic, Place};
use crate::source_text::LineIndex;

/// How many characters of a line are shown at most.
const WIDTH: usize = 160;

/// How many characters are shown before the offending text, in a line that is longer than [`WIDTH`].
const BEFORE: usize = 60;

pub(super) fn render(report: &LoadReport) -> String {
    let lines: Vec<_> = report.sources.iter().map(|source| LineIndex::new(&source.content)).collect();
    let mut text = String::new();
    for (file, source) in report.files.iter().zip(&report.sources) {
        for diagnostic in file.diagnostics.iter().chain(&file.further) {
            problem(&mut text, diagnostic, report, &lines);
            text.push('\n');
        }
        let all = || file.diagnostics.iter().chain(&file.further);
        let errors = all().filter(|diagnostic| diagnostic.code().is_error()).count();
        let warnings = all().count() - errors;
        let verdict = if file.is_successful() { "ok" } else { "invalid" };
        let counts = match (errors, warnings) {
            (0, 0) => String::new(),
            (0, warnings) => format!(", {}", counted(warnings, "warning")),
            (errors, 0) => format!(", {}", counted(errors, "error")),
            (errors, warnings) => format!(", {}, {}", counted(errors, "error"), counted(warnings, "warning")),
        };
        text.push_str(&visible(&source.name));
        let _ = writeln!(text, ": {verdict}{counts}");
    }
    text
}

fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

fn problem(out: &mut String, diagnostic: &Diagnostic, report: &LoadReport, lines: &[LineIndex<'_>]) {
    let severity = if diagnostic.code().is_error() { "error" } else { "warning" };
    let _ = writeln!(out, "{severity}[{}]: {}", diagnostic.code().name(), visible(diagnostic.message()));
    let span = match &diagnostic.place {
        Place::File(span) => span,
        Place::Text { .. } => diagnostic.trail.span(),
    };
    let source = &report.sources[span.file.0];
    let index = &lines[span.file.0];
    let position = index.position(span.bytes.start);
    let margin = " ".repeat(position.line.to_string().len());
    let _ = write!(out, "{margin}--> {}:{}:{}", visible(&source.name), position.line, position.column);
    if let Some(item) = diagnostic.trail.item() {
        let _ = write!(out, " in {}", visible(&item));
    }
    out.push('\n');
    match &diagnostic.place {
        Place::File(span) => excerpt(out, &margin, &source.content, index, &span.bytes),
        Place::Text { text, span } => {
            let _ = writeln!(out, "{margin} = in the condition, put together:");
            excerpt(out, &margin, text, &LineIndex::new(text), span);
        }
    }
    for help in diagnostic.help_lines() {
        let _ = writeln!(out, "{margin} = help: {}", visible(help));
    }
}

/// The line in which the offending text begins, with that text underlined.
fn excerpt(out: &mut String, margin: &str, text: &str, index: &LineIndex<'_>, bytes: &Range<usize>) {
    let position = index.position(bytes.start);
    let line = index.line(position.line);
    if text[line.clone()].trim().is_empty() {
        return;
    }
    let start = bytes.start.clamp(line.start, line.end);
    let end = bytes.end.clamp(start, line.end);
    let (mut before, offending) = (&text[line.start..start], &text[start..end]);
    let mut lead = "";
    if index.character(line.end) - index.character(line.start) > WIDTH
        && let Some((cut, _)) = before.char_indices().rev().nth(BEFORE)
    {
        (before, lead) = (&before[cut..], "…");
    }
    let shown_offending = visible(&first(offending, WIDTH));
    let room = WIDTH.saturating_sub(before.chars().count() + shown_offending.chars().count());
    let after =
        if offending.chars().count() > WIDTH { String::new() } else { visible(&first(&text[end..line.end], room)) };
    let before = visible(before);
    let line_number = position.line.to_string();
    let pad = " ".repeat(margin.len().saturating_sub(line_number.len()));
    let underline = "^".repeat(shown_offending.chars().count().max(1));
    let indent = " ".repeat(lead.chars().count() + before.chars().count());
    let _ = writeln!(out, "{margin} |");
    let _ = writeln!(out, "{pad}{line_number} | {lead}{before}{shown_offending}{after}");
    let _ = writeln!(out, "{margin} | {indent}{underline}");
}

/// At most so many characters of the text.
fn first(text: &str, count: usize) -> String {
    match text.char_indices().nth(count) {
        Some((cut, _)) => format!("{}…", &text[..cut]),
        None => text.to_owned(),
    }
}

/// The text with everything escaped that a terminal would act on or hide: control characters, and those that turn the
/// direction of writing.
fn visible(text: &str) -> String {
    let is_hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    let mut visible = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\t' => visible.push(' '),
            c if is_hidden(c) => visible.extend(c.escape_default()),
            c => visible.push(c),
        }
    }
    visible
}
