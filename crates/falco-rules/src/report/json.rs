//! A report as JSON in the shape of Falco's.

use serde_json::{Value, json};

use super::{FileReport, LoadReport};
use crate::RulesFile;
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::source_text::LineIndex;

/// How many bytes around a problem a snippet shows at most.
const SNIPPET: usize = 160;

pub(super) fn report(report: &LoadReport) -> Value {
    let lines: Vec<_> = report.sources.iter().map(|source| LineIndex::new(&source.content)).collect();
    let results: Vec<_> = report
        .files
        .iter()
        .zip(&report.sources)
        .map(|(file, source)| file_report(file, &source.name, &Files { sources: &report.sources, lines: &lines }))
        .collect();
    json!({ "falco_load_results": results })
}

struct Files<'a> {
    sources: &'a [RulesFile],
    lines: &'a [LineIndex<'a>],
}

fn file_report(file: &FileReport, name: &str, files: &Files<'_>) -> Value {
    let mut result = json!({ "name": name, "successful": file.is_successful() });
    // Falco has no code for a missing plugin: it says so and prints no result at all.
    let refusal = file.diagnostics.iter().find(|diagnostic| diagnostic.code() == Code::PluginRequirement);
    if let Some(refusal) = refusal {
        result["message"] = json!(refusal.message());
    }
    for (key, wants_errors) in [("errors", true), ("warnings", false)] {
        let listed = file.diagnostics.iter().map(|diagnostic| (diagnostic, false));
        let further = file.further.iter().map(|diagnostic| (diagnostic, true));
        result[key] = listed
            .chain(further)
            .filter(|(diagnostic, _)| refusal.is_none() && diagnostic.code().is_error() == wants_errors)
            .map(|(diagnostic, is_further)| {
                let mut problem = problem(diagnostic, files);
                problem["further"] = json!(is_further);
                problem
            })
            .collect();
    }
    result
}

fn problem(diagnostic: &Diagnostic, files: &Files<'_>) -> Value {
    let mut locations: Vec<_> = diagnostic
        .trail
        .locations()
        .iter()
        .map(|location| {
            let file = location.span.file.0;
            let position = files.lines[file].position(location.span.bytes.start);
            json!({
                "item_type": location.kind.name(),
                "item_name": location.name,
                // Falco counts lines, columns and offsets from 0.
                "position": {
                    "name": files.sources[file].name,
                    "line": position.line - 1,
                    "column": position.column - 1,
                    "offset": location.span.bytes.start,
                },
            })
        })
        .collect();
    if let Place::Text { text, span } = &diagnostic.place
        && let Some(last) = locations.last_mut()
    {
        let position = LineIndex::new(text).position(span.start);
        last["position"] = json!({
            "name": quoted_start(text),
            "line": position.line,
            "column": position.column,
            "offset": span.start,
        });
    }
    let span = match &diagnostic.place {
        Place::File(span) => span,
        Place::Text { .. } => diagnostic.trail.span(),
    };
    let position = files.lines[span.file.0].position(span.bytes.start);
    json!({
        "code": diagnostic.code().name(),
        "codedesc": diagnostic.code().description(),
        "message": diagnostic.message(),
        "context": { "locations": locations, "snippet": snippet(diagnostic, files) },
        "position": { "file": files.sources[span.file.0].name, "line": position.line, "column": position.column },
        "help": diagnostic.help_lines(),
    })
}

/// The beginning of a condition, by which Falco names it.
fn quoted_start(text: &str) -> String {
    let text = text.replace(['\n', '\r'], " ");
    if text.chars().count() <= 20 {
        return format!("\"{text}\"");
    }
    format!("\"{}...\"", text.chars().take(17).collect::<String>())
}

/// The line of the problem with a mark under it.
fn snippet(diagnostic: &Diagnostic, files: &Files<'_>) -> String {
    let (text, at) = match &diagnostic.place {
        Place::File(span) => (files.sources[span.file.0].content.as_str(), span.bytes.start),
        Place::Text { text, span } => (text.as_str(), span.start),
    };
    let at = text.floor_char_boundary(at);
    // Only the window is searched for line ends: a line can be the whole file.
    let window = text.ceil_char_boundary(at.saturating_sub(SNIPPET / 2))..text.floor_char_boundary(at + SNIPPET / 2);
    let start = text[window.start..at].rfind('\n').map_or(window.start, |before| window.start + before + 1);
    let end = text[at..window.end].find('\n').map_or(window.end, |length| at + length);
    if text[start..end].is_empty() {
        return "<No context available>\n".to_owned();
    }
    format!("{}\n{}^\n", &text[start..end], " ".repeat(text[start..at].chars().count()))
}
